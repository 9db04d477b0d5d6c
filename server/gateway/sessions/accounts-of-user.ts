import { NAME_LENGTH_MAX } from '@valiant/shared/protocol/limits'
import type { History } from '../../journal/history.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { RequestFailure } from '../answering/wire-error.ts'

/** Which trading accounts a user has, and the first one for who has none. */
export class AccountsOfUser {
  readonly #exchange: ExchangeRequests
  readonly #history: Pick<History, 'accountsOf'>
  readonly #startingCents: number

  constructor(parts: { exchange: ExchangeRequests; history: Pick<History, 'accountsOf'>; startingCents: number }) {
    this.#exchange = parts.exchange
    this.#history = parts.history
    this.#startingCents = parts.startingCents
  }

  /** Their numbers, oldest first. */
  async numbers(userId: string): Promise<readonly number[]> {
    return (await this.#history.accountsOf(userId)).map(({ account }) => account)
  }

  /**
   * The same, but never none: the exchange opens the first. Safe to repeat, since the user's id is the request's.
   * @throws {RequestFailure} when it cannot be committed now
   * @throws {Unavailable} when the exchange takes nothing
   */
  async ensure({ userId, name }: { readonly userId: string; readonly name: string }): Promise<readonly number[]> {
    const known = await this.numbers(userId)
    if (known.length > 0) return known
    const answer = await this.#exchange.ask({
      request: { event: 'accounts.open', userId, name: soundName(name), startingCents: this.#startingCents },
      commandId: `r:${userId}`,
      receivedAtMs: Date.now(),
    })
    if (!answer.ok) throw new RequestFailure(answer.error)
    const opened = await this.numbers(userId)
    if (opened.length === 0) throw new Error(`user ${userId} has no account after accounts.open`)
    return opened
  }
}

/** A name that the database and every log can hold. */
function soundName(name: string): string {
  const sound = name
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, NAME_LENGTH_MAX)
    .toWellFormed()
  return sound === '' ? 'Account' : sound
}
