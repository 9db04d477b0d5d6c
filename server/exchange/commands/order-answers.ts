import type { Answer, Rate } from '@valiant/shared/protocol/events'
import { idText } from '@valiant/shared/units/id'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import type { CommandEntry } from '../../bus/commands.ts'
import type { OrderReferenceRequest } from '../../bus/exchange-request.ts'
import { toWireFill } from '../../feed/account/fill.ts'
import { toWireOrder } from '../../feed/account/order.ts'
import type { History } from '../../journal/history.ts'
import { plainError } from './refusal.ts'
import type { Replies } from './replies.ts'
import type { LiveMarket } from '../market/live-market.ts'

export type OrderHistory = Pick<History, 'order' | 'orderByClientId'>

/** Identifies an order of an account. */
type Reference = Pick<OrderReferenceRequest, 'account' | 'number' | 'clientOrderId'>
type ClientReference = Pick<Reference, 'account'> & { readonly clientOrderId: string }

/**
 * Answers that require reading an order. It is read after everything earlier has been committed, so that NOT_FOUND is
 * final.
 */
export class OrderAnswers {
  readonly #market: LiveMarket
  readonly #history: OrderHistory
  readonly #replies: Replies

  constructor(parts: { market: LiveMarket; history: OrderHistory; replies: Replies }) {
    this.#market = parts.market
    this.#history = parts.history
    this.#replies = parts.replies
  }

  /** The current state of the order. */
  order(entry: CommandEntry, reference: Reference): void {
    this.#later(entry, async () => {
      const found = await this.#find(reference)
      return found === undefined ? { ok: false, error: notFound(reference) } : { ok: true, data: found }
    })
  }

  /** The final state of an order that is not open. */
  notOpen(entry: CommandEntry, reference: Reference, more: { rate?: Rate; duplicate?: true } = {}): void {
    this.#later(entry, async () => {
      const found = await this.#find(reference)
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
      const order = await this.#find({ account, clientOrderId })
      const message = `clientOrderId "${clientOrderId}" was already used for another order.`
      return { ok: false, error: plainError('DUPLICATE_CLIENT_ORDER_ID', message, order && { order }), rate }
    })
  }

  /** An order as committed, with its fills; for an open order also the quantity ahead of it. */
  async #find({ account, number, clientOrderId }: Reference): Promise<PlacedOrder | undefined> {
    const { engine, frames } = this.#market
    const found =
      number === undefined
        ? await this.#history.orderByClientId(account, clientOrderId ?? '')
        : await this.#history.order(account, number)
    if (found === undefined) return undefined
    const instrument = frames.instrument(found.order.symbol)
    return {
      ...toWireOrder(found.order, instrument, engine.queueAhead(found.order)),
      fills: found.fills.map((fill) => toWireFill(fill, instrument)),
    }
  }

  #later(entry: CommandEntry, read: () => Promise<Answer>): void {
    this.#market.open.onRelease(() => {
      read().then(
        (answer) => this.#replies.now(entry, answer),
        (error: unknown) => {
          this.#market.log.warn({ err: error }, 'exchange: reading an order failed')
          const message = 'The order could not be read for the moment.'
          this.#replies.now(entry, { ok: false, error: plainError('UNAVAILABLE', message, { retryAfterMs: 1_000 }) })
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
