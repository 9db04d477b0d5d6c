import type { Keys } from '../../auth/api-keys.ts'
import type { AlertStore } from '../../journal/alerts.ts'
import { RequestFailure } from '../answering/wire-error.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import type { AccountsOfUser } from './accounts-of-user.ts'
import type { Farewells } from './farewells.ts'

interface UserRemovalParts {
  readonly exchange: ExchangeRequests
  readonly accounts: Pick<AccountsOfUser, 'numbers'>
  readonly keys: Pick<Keys, 'revokeAll'>
  readonly alerts: Pick<AlertStore, 'deleteAll'>
  readonly farewells: Pick<Farewells, 'end' | 'endAccount'>
}

/** Closes the accounts of a user who leaves for good, or one of them. The ledger and the history of the accounts stay. */
export class UserRemoval {
  readonly #parts: UserRemovalParts

  constructor(parts: UserRemovalParts) {
    this.#parts = parts
  }

  /**
   * Cancels all orders, gives back positions and cash, and ends keys and alerts. Safe to repeat after a failure.
   * @throws {RequestFailure} if an account cannot be closed now
   * @throws {Unavailable} when the exchange accepts no requests
   */
  async closeAccounts(userId: string): Promise<void> {
    const { accounts, keys, alerts, farewells } = this.#parts
    for (const account of await accounts.numbers(userId)) await this.#close(account)
    for (const id of await keys.revokeAll({ userId })) farewells.end({ kind: 'key', id })
    await alerts.deleteAll({ userId })
  }

  /**
   * Closes one of several accounts of a user, and ends its sockets. Safe to repeat after a failure.
   * @throws as `closeAccounts`
   */
  async closeAccount(account: number): Promise<void> {
    const { keys, alerts, farewells } = this.#parts
    await this.#close(account)
    for (const id of await keys.revokeAll({ account })) farewells.end({ kind: 'key', id })
    await alerts.deleteAll({ account })
    farewells.endAccount(account)
  }

  async #close(account: number): Promise<void> {
    const answer = await this.#parts.exchange.ask({
      request: { event: 'account.close', account },
      commandId: 'r:account.close',
      receivedAtMs: Date.now(),
    })
    // Closed by an earlier attempt, of which only the answer was lost.
    if (!answer.ok && answer.error.code !== 'NOT_FOUND') throw new RequestFailure(answer.error)
  }
}
