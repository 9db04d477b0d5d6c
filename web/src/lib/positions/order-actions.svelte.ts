import type { AskPayload } from '@valiant/shared/client/outgoing'
import { newRequestId } from '@valiant/shared/client/request-id'
import { NotConnectedError, RequestRefused } from '@valiant/shared/client/errors'
import type { AccountSnapshot, Position } from '@valiant/shared/protocol/account'
import type { Order, PlacedOrder } from '@valiant/shared/protocol/order'
import type { DataOf, RequestName } from '@valiant/shared/protocol/requests'
import type { OrderContent } from '#lib/ticket/draft.ts'
import { type Receipt, receiptOf, type WayOn } from '#lib/ticket/receipt.ts'
import { scaleOf } from '#lib/ticket/scale.ts'
import { capitalized, grouped } from '#lib/ui/format.ts'
import { type AmendField, amendable, type Change } from './amendment.ts'
import { amended, canceled, canceledBefore, closedBefore, manyCanceled, protectedBy } from './action-receipts.ts'
import { allClosed, type Closing, positions as countedPositions } from './all-closed.ts'
import type { ExitPrices } from './exits-of.ts'
import { InPlace } from './in-place.svelte.ts'
import { contentOf, restOf } from './placed-again.ts'
import { openingSide } from './position-figures.ts'
import { type Attempt, closingOf, exitOf, failureOf, isFlat, type Known, refusalReason } from './refused-action.ts'
import { reversalId, reversalOf } from './reversal.ts'
import { Unanswered } from './unanswered.svelte.ts'

export interface Exchange {
  /** The account as it is shown. */
  readonly account: AccountSnapshot | undefined
  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>>
  serverNow(): number
}

/** What the actions know of the account and its market, and where they report. */
interface Parts extends Known {
  readonly tell: (receipt: Receipt) => void
  /** Whether the order is an entry whose exits are canceled with it. */
  readonly hasExits: (order: Order) => boolean
  /** The quantity that exits can protect; undefined for the whole position. */
  readonly qtyToProtect: (symbol: string) => string | undefined
}

/** How an action is called. */
interface Words {
  /** While its result is not known: "Cancel buy 7 NOVA" */
  readonly sent: string
  /** "Not cancelled: buy 7 NOVA" */
  readonly failed: string
}

const DEAF_MS = 300

/**
 * The actions of the order and position lists. Large ones ask for confirmation in place, each press sends at most one
 * request, and each result becomes a receipt.
 */
export class OrderActions {
  readonly inPlace = new InPlace()
  /** Keys are ids of orders, symbols of positions, "close" and a symbol, and "cancelAll". */
  readonly unanswered: Unanswered

  readonly #exchange: Exchange
  readonly #parts: Parts
  #deafUntilMs = 0

  constructor(exchange: Exchange, parts: Parts) {
    this.#exchange = exchange
    this.#parts = parts
    this.unanswered = new Unanswered(() => exchange.serverNow())
  }

  async cancel(order: Order): Promise<void> {
    const what = this.#what(order)
    // An exit belongs to a position or an entry, and an entry without its exits would be a different order.
    const isWhole = order.role === undefined && !this.#parts.hasExits(order)
    const attempt: Attempt = {
      deed: 'change',
      content: contentOf(order),
      doneBefore: ({ order: now }) => (now?.status === 'canceled' ? canceledBefore(now, what) : undefined),
    }
    const words = { sent: `Cancel ${what}`, failed: `Not cancelled: ${what}` }
    await this.#once([order.orderId], words, attempt, async () => {
      const answer = await this.#exchange.ask('order.cancel', { orderId: order.orderId })
      const rest = this.#restOf(answer, order)
      const again: WayOn = { label: 'Place again', do: 'act', act: () => void this.#placeAgain(rest) }
      this.#parts.tell(canceled(rest, this.#what(rest), isWhole ? [again] : []))
    })
  }

  /** The part that a cancel took off the book, which is smaller than the list showed if the order filled meanwhile. */
  #restOf(answer: Order, shown: Order): Order {
    const listing = this.#parts.listingOf(shown.symbol)
    return listing ? restOf(answer, shown, scaleOf(listing.instrument)) : shown
  }

  /**
   * Del. As a canceled order leaves the list, the next one moves under the focus: a second press that was meant for the
   * first does nothing.
   */
  async cancelByKey(order: Order): Promise<void> {
    if (performance.now() < this.#deafUntilMs) return
    this.#deafUntilMs = Infinity
    await this.cancel(order)
    this.#deafUntilMs = performance.now() + DEAF_MS
  }

  /** Another key: whatever row has the focus now was chosen. */
  hear(): void {
    if (this.#deafUntilMs !== Infinity) this.#deafUntilMs = 0
  }

  async cancelAll(): Promise<void> {
    this.inPlace.withdraw()
    const words = { sent: 'Cancel all orders', failed: 'Orders not cancelled' }
    await this.#once(['cancelAll'], words, undefined, async () => {
      const { orderIds } = await this.#exchange.ask('order.cancelAll', {})
      this.#parts.tell(manyCanceled(orderIds.length))
    })
  }

  /** The form stays open until the change is accepted, so that a refused one can be corrected. */
  async amend(order: Order, change: Change): Promise<void> {
    if (Object.keys(change).length === 0) {
      this.inPlace.leave()
      return
    }
    const what = this.#what(order)
    const attempt = { deed: 'change', content: { ...contentOf(order), ...change } } as const
    const words = { sent: `Change ${what}`, failed: `Not changed: ${what}` }
    await this.#once([order.orderId], words, attempt, async () => {
      const after = await this.#exchange.ask('order.amend', { orderId: order.orderId, ...change })
      this.inPlace.leaveSent(`amend ${order.orderId}`)
      const before = amendable(order)
      const back = Object.fromEntries(Object.keys(change).map((field) => [field, before[field as AmendField]]))
      this.#parts.tell(
        amended(after, this.#label(order.symbol), {
          label: 'Move back',
          do: 'act',
          act: () => void this.amend(after, back),
        }),
      )
    })
  }

  isClosing(symbol: string): boolean {
    return this.unanswered.has(closeKey(symbol))
  }

  /** Closes at the market; the exchange cancels the orders that bind the position. */
  async close(position: Position): Promise<void> {
    this.inPlace.withdraw()
    const { symbol } = position
    const side = openingSide(position)
    const name = this.#label(symbol)
    const words = { sent: `Close ${name}`, failed: `${name} not closed` }
    const attempt: Attempt = {
      ...closingOf(position),
      doneBefore: (error) => (isFlat(error) ? closedBefore(name) : undefined),
    }
    await this.#once([symbol, closeKey(symbol)], words, attempt, async () => {
      const order = await this.#exchange.ask('position.close', { symbol })
      const reopen: WayOn = {
        label: 'Reopen at market',
        do: 'act',
        act: () => void this.#market({ symbol, side, type: 'market', qty: order.filledQty, timeInForce: 'ioc' }),
      }
      this.#told(order, Number(order.filledQty) > 0 ? [reopen] : [])
    })
  }

  /** Sends one request for each position that is not being closed already; a single receipt reports all of them. */
  async closeAll(positions: readonly Position[]): Promise<void> {
    this.inPlace.withdraw()
    const open = positions.filter(({ symbol }) => !this.unanswered.has(symbol))
    if (open.length === 0) return
    const keys = open.flatMap(({ symbol }) => [symbol, closeKey(symbol)])
    const closings = await this.unanswered.during(keys, `Close ${countedPositions(open.length)}`, () =>
      Promise.all(open.map((position) => this.#closing(position))),
    )
    this.#parts.tell(allClosed(closings))
  }

  async #closing(position: Position): Promise<Closing> {
    const { symbol } = position
    const name = this.#label(symbol)
    try {
      return { name, end: 'answered', order: await this.#exchange.ask('position.close', { symbol }) }
    } catch (error) {
      if (error instanceof RequestRefused && isFlat(error.error)) return { name, end: 'flat' }
      if (error instanceof RequestRefused) {
        return { name, end: 'refused', why: refusalReason(error.error, closingOf(position), this.#parts).text }
      }
      if (error instanceof NotConnectedError) return { name, end: 'refused', why: error.message }
      return { name, end: 'unknown' }
    }
  }

  /** Turns a long position into a short one of the same size, or back. */
  async reverse(position: Position): Promise<void> {
    this.inPlace.withdraw()
    const { symbol } = position
    const listing = this.#parts.listingOf(symbol)
    const { account } = this.#exchange
    if (!listing || !account) return
    await this.#market(reversalOf(position, scaleOf(listing.instrument)), reversalId(symbol, account))
  }

  /** Sets exits for the part of the position that no order binds; without either price it removes them. */
  async protect(symbol: string, prices: ExitPrices): Promise<void> {
    const { takeProfit, stopLoss } = prices
    const attempt = { deed: 'change', content: exitOf(symbol, prices) } as const
    const name = this.#label(symbol)
    const words = { sent: `Exits of ${name}`, failed: `Exits of ${name} not changed` }
    await this.#once([symbol], words, attempt, async () => {
      const qty = takeProfit === undefined && stopLoss === undefined ? undefined : this.#parts.qtyToProtect(symbol)
      await this.#exchange.ask('position.protect', {
        symbol,
        ...(qty === undefined ? {} : { qty }),
        ...(takeProfit === undefined ? {} : { takeProfit: { limitPrice: takeProfit } }),
        ...(stopLoss === undefined ? {} : { stopLoss: { stopPrice: stopLoss } }),
      })
      this.inPlace.leaveSent(`protect ${symbol}`)
      this.#parts.tell(protectedBy(name, prices, qty))
    })
  }

  /** Places the rest of a canceled order on the same terms, at the back of the queue. */
  async #placeAgain(order: Order): Promise<void> {
    const content = contentOf(order)
    const attempt = { deed: 'place', content } as const
    const what = this.#what(order)
    const words = { sent: capitalized(what), failed: `Not placed again: ${what}` }
    await this.#once([order.orderId], words, attempt, async () => {
      this.#told(await this.#exchange.ask('order.place', content))
    })
  }

  async #market(content: OrderContent, clientOrderId = newRequestId()): Promise<void> {
    const { symbol, side, qty = '' } = content
    const what = `${side} ${grouped(qty)} ${this.#label(symbol)}`
    const words = { sent: capitalized(what), failed: `Not placed: ${what}` }
    await this.#once([symbol], words, { deed: 'place', content }, async () => {
      this.#told(await this.#exchange.ask('order.place', { ...content, clientOrderId }))
    })
  }

  #told(order: PlacedOrder, more: readonly WayOn[] = []): void {
    const listing = this.#parts.listingOf(order.symbol)
    if (!listing) return
    const receipt = receiptOf(order, { name: listing.label, scale: scaleOf(listing.instrument) })
    this.#parts.tell({ ...receipt, waysOn: more.length > 0 ? more : receipt.waysOn })
  }

  #what({ side, remainingQty, symbol }: Order): string {
    return `${side} ${grouped(remainingQty)} ${this.#label(symbol)}`
  }

  #label(symbol: string): string {
    return this.#parts.listingOf(symbol)?.label ?? symbol
  }

  /** Nothing while one of the keys has a request in flight. */
  async #once(
    keys: readonly string[],
    words: Words,
    attempt: Attempt | undefined,
    act: () => Promise<void>,
  ): Promise<void> {
    if (keys.some((key) => this.unanswered.has(key))) return
    await this.unanswered.during(keys, words.sent, async () => {
      try {
        await act()
      } catch (error) {
        const before = error instanceof RequestRefused ? attempt?.doneBefore?.(error.error) : undefined
        const refused = { kind: 'refused', title: words.failed, ...failureOf(error, attempt, this.#parts) } as const
        this.#parts.tell(before ?? refused)
      }
    })
  }
}

const closeKey = (symbol: string): string => `close ${symbol}`
