import { failure } from '../answering/wire-error.ts'
import { accountOf, type Requester } from './request.ts'

/** The owner of a trading account. */
export type OwnerOf = (account: number) => Promise<string | undefined>

/**
 * The user whose preferences a request means. A key belongs to an account, so it uses the preferences of the account's owner.
 * @throws {RequestFailure} NOT_FOUND, for an account that nobody owns
 */
export async function userOf(requester: Requester, ownerOf: OwnerOf): Promise<string> {
  const userId = requester.userId ?? (await ownerOf(accountOf(requester)))
  if (userId === undefined) throw failure('NOT_FOUND', 'Nobody owns this account, so that nobody has preferences.')
  return userId
}
