import type { AskPayload } from '@valiant/shared/client/requests'
import { NotConnectedError, RequestRefused } from '@valiant/shared/client/errors'
import type { Position } from '@valiant/shared/protocol/account'
import type { Order } from '@valiant/shared/protocol/order'
import type { DataOf, RequestName } from '@valiant/shared/protocol/requests'
import type { Listing } from '#lib/market/listing.svelte.ts'
import { type Receipt, receiptOf, type WayOn } from '#lib/ticket/receipt.ts'
import { scaleOf } from '#lib/ticket/scale.ts'
import { grouped } from '#lib/ui/format.ts'
import { type AmendField, amendable, type Change } from './amendment.ts'
import { allClosed, type Closing } from './all-closed.ts'
import type { ExitPrices } from './exits-of.ts'
import { contentOf } from './placed-again.ts'
import { amended, canceled, manyCanceled, protectedBy } from './action-receipts.ts'

export interface Exchange {
  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>>
}

/** A question that a row or a head asks in place. */
export type Question = 'cancelAll' | 'closeAll' | `close ${string}` | `reverse ${string}`
/** A row that is being changed in place. */
export type Editing = `amend ${string}` | `protect ${string}`

const ASKS_MS = 8_000
const AGAIN_MS = 2_000

/** What is done to orders and positions from their lists: asked in place where it is large, sent once a press, told. */
export class OrderActions {
  asking = $state.raw<Question | undefined>()
  editing = $state.raw<Editing | undefined>()
  /** Ids of orders and symbols of positions with a request on its way. */
  busy = $state.raw<readonly string[]>([])

  readonly #exchange: Exchange
  readonly #listingOf: (symbol: string) => Listing | undefined
  readonly #tell: (receipt: Receipt) => void
  readonly #hasExits: (order: Order) => boolean
  readonly #qtyToProtect: (symbol: string) => string | undefined
  #askedAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    exchange: Exchange,
    parts: {
      readonly listingOf: (symbol: string) => Listing | undefined
      readonly tell: (receipt: Receipt) => void
      /** It is an entry whose exits go with it. */
      readonly hasExits: (order: Order) => boolean
      /** How much of a position exits can protect, where that is not all of it. */
      readonly qtyToProtect: (symbol: string) => string | undefined
    },
  ) {
    this.#exchange = exchange
    this.#listingOf = parts.listingOf
    this.#tell = parts.tell
    this.#hasExits = parts.hasExits
    this.#qtyToProtect = parts.qtyToProtect
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
    this.editing = undefined
  }

  /** A key pressed once asks; again within two seconds it does. @returns whether it is to be done */
  isAgain(question: Question): boolean {
    if (this.asking === question && performance.now() - this.#askedAt < AGAIN_MS) return true
    this.ask(question)
    return false
  }

  /** Opens a row to be changed; once more closes it. */
  edit(row: Editing): void {
    this.editing = this.editing === row ? undefined : row
  }

  async cancel(order: Order): Promise<void> {
    const what = this.#what(order)
    // An exit belongs to a position or an entry; an entry without its exits would be another order.
    const isWhole = order.role === undefined && !this.#hasExits(order)
    await this.#once(order.orderId, `The order to ${what} was not cancelled.`, async () => {
      await this.#exchange.ask('order.cancel', { orderId: order.orderId })
      const again: WayOn = { label: 'Place again', do: 'act', act: () => void this.#placeAgain(order) }
      this.#tell(canceled(order, what, isWhole ? [again] : []))
    })
  }

  async cancelAll(): Promise<void> {
    this.keep()
    await this.#once('cancelAll', 'The orders were not cancelled.', async () => {
      const { orderIds } = await this.#exchange.ask('order.cancelAll', {})
      this.#tell(manyCanceled(orderIds.length))
    })
  }

  async amend(order: Order, change: Change): Promise<void> {
    this.keep()
    if (Object.keys(change).length === 0) return
    const what = this.#what(order)
    await this.#once(order.orderId, `The order to ${what} stays as it was.`, async () => {
      const after = await this.#exchange.ask('order.amend', { orderId: order.orderId, ...change })
      const before = amendable(order)
      const back = Object.fromEntries(Object.keys(change).map((field) => [field, before[field as AmendField]]))
      this.#tell(
        amended(after, this.#label(order.symbol), {
          label: 'Move back',
          do: 'act',
          act: () => void this.amend(after, back),
        }),
      )
    })
  }

  /** At the market; what binds it is cancelled in the same breath. */
  async close({ symbol, qty }: Position): Promise<void> {
    this.keep()
    const side = qty.startsWith('-') ? 'sell' : 'buy'
    const reopen: WayOn = {
      label: 'Reopen at market',
      do: 'act',
      act: () => void this.#market(symbol, side, qty.replace('-', '')),
    }
    await this.#once(symbol, `${this.#label(symbol)} was not closed.`, async () => {
      const order = await this.#exchange.ask('position.close', { symbol })
      this.#told(order, [reopen])
    })
  }

  /** Each by a request of its own, all at once; those that are being closed already are left to it. One receipt tells of all. */
  async closeAll(positions: readonly Position[]): Promise<void> {
    this.keep()
    const symbols = positions.map(({ symbol }) => symbol).filter((symbol) => !this.busy.includes(symbol))
    if (symbols.length === 0) return
    this.busy = [...this.busy, ...symbols]
    const closings = await Promise.all(symbols.map((symbol) => this.#closing(symbol)))
    this.busy = this.busy.filter((key) => !symbols.includes(key))
    this.#tell(allClosed(closings))
  }

  async #closing(symbol: string): Promise<Closing> {
    const name = this.#label(symbol)
    try {
      return { name, end: 'answered', order: await this.#exchange.ask('position.close', { symbol }) }
    } catch (error) {
      if (error instanceof RequestRefused) return { name, end: 'refused', why: error.error.message }
      if (error instanceof NotConnectedError) return { name, end: 'refused', why: error.message }
      return { name, end: 'unknown' }
    }
  }

  /** From long to as much short, or back: twice the quantity at the market. */
  async reverse({ symbol, qty }: Position): Promise<void> {
    this.keep()
    const listing = this.#listingOf(symbol)
    if (!listing) return
    const scale = scaleOf(listing.instrument)
    const lots = Math.abs(scale.lots(qty) ?? 0)
    await this.#market(symbol, qty.startsWith('-') ? 'buy' : 'sell', scale.qty(2 * lots))
  }

  /** What is free of the position; without either price the exits are removed. */
  async protect(symbol: string, prices: ExitPrices): Promise<void> {
    this.keep()
    await this.#once(symbol, `The exits of ${this.#label(symbol)} stay as they were.`, async () => {
      const { takeProfit, stopLoss } = prices
      const qty = takeProfit === undefined && stopLoss === undefined ? undefined : this.#qtyToProtect(symbol)
      await this.#exchange.ask('position.protect', {
        symbol,
        ...(qty === undefined ? {} : { qty }),
        ...(takeProfit === undefined ? {} : { takeProfit: { limitPrice: takeProfit } }),
        ...(stopLoss === undefined ? {} : { stopLoss: { stopPrice: stopLoss } }),
      })
      this.#tell(protectedBy(this.#label(symbol), prices, qty))
    })
  }

  /** The rest of a cancelled order, as it was; its place in the queue is a new one. */
  async #placeAgain(order: Order): Promise<void> {
    await this.#once(order.orderId, `The order to ${this.#what(order)} was not placed again.`, async () => {
      this.#told(await this.#exchange.ask('order.place', contentOf(order)))
    })
  }

  async #market(symbol: string, side: 'buy' | 'sell', qty: string): Promise<void> {
    await this.#once(
      symbol,
      `The order to ${side} ${grouped(qty)} ${this.#label(symbol)} was not placed.`,
      async () => {
        const order = { symbol, side, type: 'market', qty, timeInForce: 'ioc' } as const
        this.#told(await this.#exchange.ask('order.place', order))
      },
    )
  }

  #told(order: DataOf<'order.place'>, more: readonly WayOn[] = []): void {
    const listing = this.#listingOf(order.symbol)
    if (!listing) return
    const receipt = receiptOf(order, { name: listing.label, scale: scaleOf(listing.instrument) })
    this.#tell({ ...receipt, waysOn: more.length > 0 ? more : receipt.waysOn })
  }

  #what({ side, remainingQty, symbol }: Order): string {
    return `${side} ${grouped(remainingQty)} ${this.#label(symbol)}`
  }

  #label(symbol: string): string {
    return this.#listingOf(symbol)?.label ?? symbol
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
