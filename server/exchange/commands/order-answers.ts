import type { Answer, Rate } from '@valiant/shared/protocol/events'
import { idText } from '@valiant/shared/units/id'
import type { CommandEntry } from '../../bus/commands.ts'
import { plainError } from './refusal.ts'
import type { Reference, LiveMarket } from '../market/live-market.ts'

type ClientReference = Pick<Reference, 'account'> & { readonly clientOrderId: string }

/**
 * Answers that require reading an order. It is read after everything earlier has been committed, so that NOT_FOUND is
 * final.
 */
export class OrderAnswers {
  readonly #market: LiveMarket

  constructor(market: LiveMarket) {
    this.#market = market
  }

  /** The current state of the order. */
  order(entry: CommandEntry, reference: Reference): void {
    this.#later(entry, async () => {
      const found = await this.#market.findOrder(reference)
      return found === undefined ? { ok: false, error: notFound(reference) } : { ok: true, data: found }
    })
  }

  /** The final state of an order that is not open. */
  notOpen(entry: CommandEntry, reference: Reference, more: { rate?: Rate; duplicate?: true } = {}): void {
    this.#later(entry, async () => {
      const found = await this.#market.findOrder(reference)
      const isClosed = found?.closedAt !== undefined
      const error = isClosed
        ? plainError('ORDER_CLOSED', `The order is ${found.status}: nothing about it can be changed.`, { order: found })
        : notFound(reference)
      return { ok: false, error, ...more }
    })
  }

  /** Another order has this clientOrderId: its current state. */
  idTaken(entry: CommandEntry, { account, clientOrderId }: ClientReference, rate: Rate): void {
    this.#later(entry, async () => {
      const order = await this.#market.findOrder({ account, clientOrderId })
      const message = `clientOrderId "${clientOrderId}" was already used for another order.`
      return { ok: false, error: plainError('DUPLICATE_CLIENT_ORDER_ID', message, order && { order }), rate }
    })
  }

  #later(entry: CommandEntry, read: () => Promise<Answer>): void {
    this.#market.open.onRelease(() => {
      read().then(
        (answer) => this.#market.reply(entry, answer),
        (error: unknown) => {
          this.#market.log.warn({ err: error }, 'exchange: reading an order failed')
          const message = 'The order could not be read for the moment.'
          this.#market.reply(entry, { ok: false, error: plainError('UNAVAILABLE', message, { retryAfterMs: 1_000 }) })
        },
      )
    })
  }
}

function notFound({ account, clientOrderId, number = 0 }: Reference) {
  const named =
    clientOrderId === undefined ? `orderId "${idText(account, number)}"` : `clientOrderId "${clientOrderId}"`
  return plainError('NOT_FOUND', `This account has no order with the ${named}.`)
}
