import { failure } from '../answering/wire-error.ts'
import { accountOf, type Requester } from './request.ts'

/** Who owns a trading account. */
export type OwnerOf = (account: number) => Promise<string | undefined>

/**
 * Whose preferences a request means. A key is of an account and of nobody: it reads and sets what the account's owner keeps.
 * @throws {RequestFailure} NOT_FOUND, for an account that nobody owns
 */
export async function userOf(requester: Requester, ownerOf: OwnerOf): Promise<string> {
  const userId = requester.userId ?? (await ownerOf(accountOf(requester)))
  if (userId === undefined) throw failure('NOT_FOUND', 'Nobody owns this account, so that nobody has preferences.')
  return userId
}
