import type { AskPayload } from '@valiant/shared/client/requests'
import { RequestRefused } from '@valiant/shared/client/errors'
import type { Position } from '@valiant/shared/protocol/account'
import type { Order } from '@valiant/shared/protocol/order'
import type { DataOf, RequestName } from '@valiant/shared/protocol/requests'
import type { Listing } from '#lib/market/listing.svelte.ts'
import { type Receipt, receiptOf } from '#lib/ticket/receipt.ts'
import { scaleOf } from '#lib/ticket/scale.ts'
import { grouped } from '#lib/ui/format.ts'

export interface Exchange {
  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>>
}

/** A question that a row or a head asks in place. */
export type Question = 'cancelAll' | `close ${string}`

const ASKS_MS = 8_000
const AGAIN_MS = 2_000

/** Cancels and closes: each asks in place where it is large, tells what came of it, and is sent once a press. */
export class OrderActions {
  asking = $state.raw<Question | undefined>()
  /** Ids of orders and symbols of positions with a request on its way. */
  busy = $state.raw<readonly string[]>([])

  readonly #exchange: Exchange
  readonly #listingOf: (symbol: string) => Listing | undefined
  readonly #tell: (receipt: Receipt) => void
  #askedAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    exchange: Exchange,
    listingOf: (symbol: string) => Listing | undefined,
    tell: (receipt: Receipt) => void,
  ) {
    this.#exchange = exchange
    this.#listingOf = listingOf
    this.#tell = tell
  }

  ask(question: Question): void {
    clearTimeout(this.#timer)
    this.asking = question
    this.#askedAt = performance.now()
    this.#timer = setTimeout(() => this.keep(), ASKS_MS)
  }

  keep(): void {
    clearTimeout(this.#timer)
    this.asking = undefined
  }

  /** A key pressed once asks; again within two seconds it does. @returns whether it is to be done */
  isAgain(question: Question): boolean {
    if (this.asking === question && performance.now() - this.#askedAt < AGAIN_MS) return true
    this.ask(question)
    return false
  }

  async cancel(order: Order): Promise<void> {
    const label = this.#listingOf(order.symbol)?.label ?? order.symbol
    const what = `${order.side} ${grouped(order.remainingQty)} ${label}`
    await this.#once(order.orderId, `The order to ${what} was not cancelled.`, async () => {
      await this.#exchange.ask('order.cancel', { orderId: order.orderId })
      this.#tell({
        kind: 'canceled',
        title: `Cancelled: ${what}`,
        text: order.side === 'buy' ? 'Its money is free again.' : 'What it bound is free again.',
        waysOn:
          order.limitPrice === undefined || label !== this.#home
            ? []
            : [
                {
                  label: 'Place again',
                  do: 'use',
                  draft: {
                    side: order.side,
                    type: 'limit',
                    priceText: order.limitPrice,
                    qtyText: order.remainingQty,
                    unit: 'qty',
                  },
                },
              ],
      })
    })
  }

  /** Label of the ticket's own instrument: only its orders can be placed again from here. */
  #home = ''
  at(label: string): this {
    this.#home = label
    return this
  }

  async cancelAll(): Promise<void> {
    this.keep()
    await this.#once('cancelAll', 'The orders were not cancelled.', async () => {
      const { orderIds } = await this.#exchange.ask('order.cancelAll', {})
      const count = orderIds.length
      this.#tell({
        kind: 'canceled',
        title: count === 1 ? '1 order cancelled' : `${count} orders cancelled`,
        text: 'What they held is free again.',
        waysOn: [{ label: 'View', do: 'view', list: 'history' }],
      })
    })
  }

  /** A market order of the whole quantity, the other way. */
  async close({ symbol, qty }: Position): Promise<void> {
    this.keep()
    const listing = this.#listingOf(symbol)
    if (!listing) return
    const isShort = qty.startsWith('-')
    const order = {
      symbol,
      side: isShort ? ('buy' as const) : ('sell' as const),
      type: 'market' as const,
      qty: isShort ? qty.slice(1) : qty,
      timeInForce: 'ioc' as const,
    }
    await this.#once(symbol, `${listing.label} was not closed.`, async () => {
      const placed = await this.#exchange.ask('order.place', order)
      this.#tell(receiptOf(placed, { name: listing.label, scale: scaleOf(listing.instrument) }))
    })
  }

  async #once(key: string, failure: string, act: () => Promise<void>): Promise<void> {
    if (this.busy.includes(key)) return
    this.busy = [...this.busy, key]
    try {
      await act()
    } catch (error) {
      const text =
        error instanceof RequestRefused
          ? error.error.message
          : 'Its result isn’t known yet. It can’t be done twice; the list shows what came of it.'
      this.#tell({ kind: 'refused', title: failure, text, waysOn: [] })
    } finally {
      this.busy = this.busy.filter((other) => other !== key)
    }
  }
}
