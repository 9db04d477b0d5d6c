import { type ApiKey, type MadeApiKey, NewApiKey } from '@valiant/shared/protocol/api-keys'
import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import {
  type ApiKey as StoredKey,
  InDoubt,
  type Keys,
  KEYS_PER_ACCOUNT_MAX,
  type NewApiKey as NewStoredKey,
} from '../../auth/api-keys.ts'
import { accountId } from '../../feed/account/order.ts'
import type { Farewells } from './farewells.ts'
import { accountNumber, type Identity } from './sessions.ts'
import { failure, invalid } from '../answering/wire-error.ts'
import { fieldFailure } from '../answering/zod-issue.ts'

/** Lets signed-in users manage the API keys of their accounts. */
export class KeyDesk {
  readonly #keys: Keys
  readonly #accountsOf: (userId: string) => Promise<readonly number[]>
  readonly #farewells: Pick<Farewells, 'end'>

  constructor(parts: {
    keys: Keys
    accountsOf: (userId: string) => Promise<readonly number[]>
    farewells: Pick<Farewells, 'end'>
  }) {
    this.#keys = parts.keys
    this.#accountsOf = parts.accountsOf
    this.#farewells = parts.farewells
  }

  /** Of all accounts of the user, newest first. @throws {RequestFailure} for visitors who are not signed in */
  async list(identity: Identity | undefined): Promise<ApiKey[]> {
    const { accounts } = await this.#owner(identity)
    return (await this.#keys.list(accounts)).map(toWireKey)
  }

  /** @throws {RequestFailure} INVALID; FORBIDDEN for somebody else's account, or to a key; TIMEOUT when in doubt */
  async make(identity: Identity | undefined, request: unknown): Promise<MadeApiKey> {
    const { account: present, accounts } = await this.#owner(identity)
    const parsed = NewApiKey.safeParse(request)
    if (!parsed.success) throw fieldFailure(parsed.error, request, NewApiKey)
    const { name, scopes, accountId: wantedId } = parsed.data
    const account = wantedId === undefined ? present : accountNumber(wantedId)
    if (account === undefined || !accounts.includes(account)) {
      throw failure('FORBIDDEN', 'accountId: this user has no account with that id.')
    }
    const made = await this.#create({ account, name, scopes })
    if (made === undefined) {
      throw invalid('', 'max', { expected: `at most ${KEYS_PER_ACCOUNT_MAX} keys per account: revoke one first` })
    }
    return { ...toWireKey(made.key), key: made.text }
  }

  /** Revokes a key and closes its sockets. @throws {RequestFailure} NOT_FOUND */
  async revoke(identity: Identity | undefined, id: string): Promise<{ readonly id: string }> {
    const { accounts } = await this.#owner(identity)
    if (!(await this.#keys.revoke(id, accounts))) throw failure('NOT_FOUND', 'You have no key with that id.')
    this.#farewells.end({ kind: 'key', id })
    return { id }
  }

  async #create(key: NewStoredKey): ReturnType<Keys['create']> {
    try {
      return await this.#keys.create(key)
    } catch (error) {
      if (!(error instanceof InDoubt)) throw error
      const message =
        'The connection to the database broke: if the list of keys shows this one, revoke it and try again.'
      throw failure('TIMEOUT', message, { outcome: 'unknown', finalAt: Date.now() + ANSWER_MS_MAX })
    }
  }

  async #owner(identity: Identity | undefined): Promise<{ account: number; accounts: readonly number[] }> {
    if (identity === undefined) throw failure('UNAUTHENTICATED', 'Keys need a session: sign in first.')
    const { account, userId } = identity
    if (userId === undefined) throw failure('FORBIDDEN', 'Only signed-in users manage keys: a key cannot.')
    return { account, accounts: await this.#accountsOf(userId) }
  }
}

const toWireKey = ({ id, name, scopes, account, createdAtMs, usedAtMs }: StoredKey): ApiKey => ({
  id,
  name,
  scopes: [...scopes],
  accountId: accountId(account),
  createdAt: createdAtMs,
  ...(usedAtMs !== null && { usedAt: usedAtMs }),
})
