import type { Answer, Rate } from '@valiant/shared/protocol/events'
import type { CommandEntry } from '../../bus/commands.ts'
import { plainError } from './refusal.ts'
import type { Reference, TradingSession } from '../market/trading-session.ts'

/** Answers that must read an order: after the commit of all that came before, so that NOT_FOUND is final. */
export class OrderAnswers {
  readonly #session: TradingSession

  constructor(session: TradingSession) {
    this.#session = session
  }

  /** The order as it stands. */
  order(entry: CommandEntry, reference: Reference): void {
    this.#later(entry, async () => {
      const found = await this.#session.findOrder(reference)
      return found === undefined ? { ok: false, error: notFound(reference) } : { ok: true, data: found }
    })
  }

  /** What became of an order that is not open. */
  notOpen(entry: CommandEntry, reference: Reference, more: { rate?: Rate; duplicate?: true } = {}): void {
    this.#later(entry, async () => {
      const found = await this.#session.findOrder(reference)
      const isClosed = found?.closedAt !== undefined
      const error = isClosed
        ? plainError('ORDER_CLOSED', `The order is ${found.status}: nothing about it can be changed.`, { order: found })
        : notFound(reference)
      return { ok: false, error, ...more }
    })
  }

  #later(entry: CommandEntry, read: () => Promise<Answer>): void {
    this.#session.open.onRelease(() => {
      read().then(
        (answer) => this.#session.reply(entry, answer),
        (error: unknown) => {
          this.#session.log.warn({ err: error }, 'exchange: reading an order failed')
          const message = 'The order could not be read for the moment.'
          this.#session.reply(entry, { ok: false, error: plainError('UNAVAILABLE', message, { retryAfterMs: 1_000 }) })
        },
      )
    })
  }
}

const notFound = ({ clientOrderId, number }: Reference) =>
  plainError('NOT_FOUND', `There is no order ${clientOrderId ?? number ?? ''} of this account.`)
