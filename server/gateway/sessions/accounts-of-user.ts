import { NAME_LENGTH_MAX } from '@valiant/shared/protocol/limits'
import type { History } from '../../journal/history.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { failure, RequestFailure } from '../answering/wire-error.ts'

/** The trading accounts of users; opens the first one of a user who has none. */
export class AccountsOfUser {
  readonly #exchange: ExchangeRequests
  readonly #history: Pick<History, 'accountsOf'>
  readonly #startingCents: number

  constructor(parts: { exchange: ExchangeRequests; history: Pick<History, 'accountsOf'>; startingCents: number }) {
    this.#exchange = parts.exchange
    this.#history = parts.history
    this.#startingCents = parts.startingCents
  }

  /** Account numbers, oldest first. */
  numbers(userId: string): Promise<readonly number[]> {
    return this.#history.accountsOf(userId)
  }

  /**
   * The same, but opens the first account if there is none. Safe to repeat, since the user's id is the request id.
   * @throws {RequestFailure} if it cannot be committed now; UNAUTHENTICATED for a guest whose accounts have moved
   * @throws {Unavailable} when the exchange accepts no requests
   */
  async ensure({ userId, name }: { readonly userId: string; readonly name: string }): Promise<readonly number[]> {
    const known = await this.numbers(userId)
    if (known.length > 0) return known
    const answer = await this.#exchange.ask({
      request: { event: 'accounts.open', userId, name: cleanName(name), startingCents: this.#startingCents },
      commandId: `r:${userId}`,
      receivedAtMs: Date.now(),
    })
    if (!answer.ok) throw new RequestFailure(answer.error)
    const opened = await this.numbers(userId)
    if (opened.length > 0) return opened
    // It was opened earlier and now belongs to another user, as whom this guest has signed in.
    if (answer.duplicate === true) throw failure('UNAUTHENTICATED', 'This guest has signed in as another user.')
    throw new Error(`user ${userId} has no account after accounts.open`)
  }
}

/** A name that can be stored and logged safely. */
function cleanName(name: string): string {
  const cleaned = name
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, NAME_LENGTH_MAX)
    .toWellFormed()
  return cleaned === '' ? 'Account' : cleaned
}
