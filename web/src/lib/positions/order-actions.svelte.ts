import type { AskPayload } from '@valiant/shared/client/outgoing'
import { NotConnectedError, RequestRefused } from '@valiant/shared/client/errors'
import { newRequestId } from '@valiant/shared/client/request-id'
import type { AccountSnapshot, Position } from '@valiant/shared/protocol/account'
import type { Order, PlacedOrder } from '@valiant/shared/protocol/order'
import type { DataOf, RequestName } from '@valiant/shared/protocol/requests'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { Listing } from '#lib/market/listing.svelte.ts'
import type { OrderContent } from '#lib/ticket/draft.ts'
import { type Receipt, receiptOf, type WayOn } from '#lib/ticket/receipt.ts'
import { type AtRefusal, type Deed, refusalOf } from '#lib/ticket/refusal.ts'
import { scaleOf } from '#lib/ticket/scale.ts'
import { clock, grouped, timeOfDay } from '#lib/ui/format.ts'
import { type AmendField, amendable, type Change } from './amendment.ts'
import { allClosed, type Closing, positions as countedPositions } from './all-closed.ts'
import type { ExitPrices } from './exits-of.ts'
import { contentOf, restOf } from './placed-again.ts'
import { reversalId, reversalOf } from './reversal.ts'
import { amended, canceled, canceledBefore, closedBefore, manyCanceled, protectedBy } from './action-receipts.ts'

export interface Exchange {
  /** The account as it is shown. */
  readonly account: AccountSnapshot | undefined
  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>>
  serverNow(): number
}

/** A question that a row or a list's header asks in place. */
export type Question = 'cancelAll' | 'closeAll' | `close ${string}` | `reverse ${string}`
/** A row that is being edited in place. */
export type Editing = `amend ${string}` | `protect ${string}`

/** What was attempted on an order or position; a refusal is worded after it. */
interface Attempt {
  readonly deed: Deed
  readonly content: OrderContent
  /** The receipt for a refusal that only says it was done before, in another tab or by the exchange. */
  readonly doneBefore?: (error: WireError) => Receipt | undefined
}

/** What the account has now. */
interface Standing {
  readonly openOrders: readonly Order[]
  readonly positions: readonly Position[]
}

/** How an action is called. */
interface Words {
  /** While its result is not known: "Cancel buy 7 NOVA" */
  readonly sent: string
  /** "Not cancelled: buy 7 NOVA" */
  readonly failed: string
}

/** An action without an answer yet. */
interface Sent {
  readonly what: string
  readonly atMs: number
}

const ASKS_MS = 8_000
const AGAIN_MS = 2_000
const DEAF_MS = 300

/**
 * The actions of the order and position lists. Large ones ask for confirmation in place, each press sends at most one
 * request, and each result becomes a receipt.
 */
export class OrderActions {
  asking = $state.raw<Question | undefined>()
  editing = $state.raw<Editing | undefined>()
  /** Ids of orders and symbols of positions that have a request in flight. */
  busy = $state.raw<readonly string[]>([])
  /** Those in flight, oldest first. */
  sent = $state.raw<readonly Sent[]>([])
  /** Symbols of the positions that are being closed. */
  closing = $state.raw<readonly string[]>([])

  readonly #exchange: Exchange
  readonly #listingOf: (symbol: string) => Listing | undefined
  readonly #tell: (receipt: Receipt) => void
  readonly #hasExits: (order: Order) => boolean
  readonly #qtyToProtect: (symbol: string) => string | undefined
  readonly #has: (symbol: string) => Pick<AtRefusal, 'held' | 'equity' | 'isMargin'>
  #askedAt = 0
  #deafUntilMs = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    exchange: Exchange,
    parts: {
      readonly listingOf: (symbol: string) => Listing | undefined
      readonly tell: (receipt: Receipt) => void
      /** Whether the order is an entry whose exits are canceled with it. */
      readonly hasExits: (order: Order) => boolean
      /** The quantity that exits can protect; undefined for the whole position. */
      readonly qtyToProtect: (symbol: string) => string | undefined
      /** What the account holds, for the wording of a refusal. */
      readonly has: (symbol: string) => Pick<AtRefusal, 'held' | 'equity' | 'isMargin'>
    },
  ) {
    this.#exchange = exchange
    this.#listingOf = parts.listingOf
    this.#tell = parts.tell
    this.#hasExits = parts.hasExits
    this.#qtyToProtect = parts.qtyToProtect
    this.#has = parts.has
  }

  ask(question: Question): void {
    clearTimeout(this.#timer)
    this.asking = question
    this.#askedAt = performance.now()
    this.#timer = setTimeout(() => this.withdraw(), ASKS_MS)
  }

  /** Takes back the question. A row that is being edited stays open. */
  withdraw(): void {
    clearTimeout(this.#timer)
    this.asking = undefined
  }

  /** Closes the row that is being edited. */
  leave(): void {
    this.editing = undefined
  }

  /** Esc: takes back the question; without one closes the row that is being edited. */
  keep(): void {
    if (this.asking === undefined) this.leave()
    else this.withdraw()
  }

  /** The answer to a cancel of all orders is awaited. */
  get isCancelingAll(): boolean {
    return this.busy.includes('cancelAll')
  }

  /** "Cancel buy 7 NOVA was sent at 14:32:11; …", while the connection that would bring the results is lost. */
  get unknownText(): string {
    return this.sent
      .map(
        ({ what, atMs }) =>
          `${what} was sent at ${clock(atMs)}; its result isn’t known yet. It is sent again for a minute, and can’t be done twice.`,
      )
      .join(' ')
  }

  /** The first press of a key asks; a second one within two seconds confirms. @returns whether to go ahead */
  isAgain(question: Question): boolean {
    if (this.asking === question && performance.now() - this.#askedAt < AGAIN_MS) return true
    this.ask(question)
    return false
  }

  /**
   * Ends the questions and edits of orders and positions that are gone: a form that waited for the next position in the
   * same instrument would open by itself, and take the focus from whatever is typed then.
   */
  settle({ openOrders, positions }: Standing): void {
    const isThere = (of: Question | Editing): boolean => {
      if (of === 'cancelAll') return openOrders.length > 0
      if (of === 'closeAll') return positions.length > 0
      const [what, key] = of.split(' ')
      return what === 'amend'
        ? openOrders.some(({ orderId }) => orderId === key)
        : positions.some(({ symbol }) => symbol === key)
    }
    if (this.editing !== undefined && !isThere(this.editing)) this.leave()
    if (this.asking !== undefined && !isThere(this.asking)) this.withdraw()
  }

  /** Opens a row for editing, or closes it if it is already open. */
  edit(row: Editing): void {
    this.withdraw()
    this.editing = this.editing === row ? undefined : row
  }

  async cancel(order: Order): Promise<void> {
    const what = this.#what(order)
    // An exit belongs to a position or an entry, and an entry without its exits would be a different order.
    const isWhole = order.role === undefined && !this.#hasExits(order)
    const attempt: Attempt = {
      deed: 'change',
      content: contentOf(order),
      doneBefore: ({ order: now }) => (now?.status === 'canceled' ? canceledBefore(now, what) : undefined),
    }
    const words = { sent: `Cancel ${what}`, failed: `Not cancelled: ${what}` }
    await this.#once(order.orderId, words, attempt, async () => {
      const answer = await this.#exchange.ask('order.cancel', { orderId: order.orderId })
      const rest = this.#restOf(answer, order)
      const again: WayOn = { label: 'Place again', do: 'act', act: () => void this.#placeAgain(rest) }
      this.#tell(canceled(rest, this.#what(rest), isWhole ? [again] : []))
    })
  }

  /** The part that a cancel took off the book, which is smaller than the list showed if the order filled meanwhile. */
  #restOf(answer: Order, shown: Order): Order {
    const listing = this.#listingOf(shown.symbol)
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
    this.withdraw()
    const words = { sent: 'Cancel all orders', failed: 'Orders not cancelled' }
    await this.#once('cancelAll', words, undefined, async () => {
      const { orderIds } = await this.#exchange.ask('order.cancelAll', {})
      this.#tell(manyCanceled(orderIds.length))
    })
  }

  /** The form stays open until the change is accepted, so that a refused one can be corrected. */
  async amend(order: Order, change: Change): Promise<void> {
    if (Object.keys(change).length === 0) {
      this.leave()
      return
    }
    const what = this.#what(order)
    const attempt = { deed: 'change', content: { ...contentOf(order), ...change } } as const
    const words = { sent: `Change ${what}`, failed: `Not changed: ${what}` }
    await this.#once(order.orderId, words, attempt, async () => {
      const after = await this.#exchange.ask('order.amend', { orderId: order.orderId, ...change })
      this.#done(`amend ${order.orderId}`)
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

  /** Closes at the market; the exchange cancels the orders that bind the position. */
  async close(position: Position): Promise<void> {
    this.withdraw()
    const { symbol, qty } = position
    const side = qty.startsWith('-') ? 'sell' : 'buy'
    const name = this.#label(symbol)
    const words = { sent: `Close ${name}`, failed: `${name} not closed` }
    const attempt: Attempt = {
      ...closingOf(position),
      doneBefore: (error) => (isFlat(error) ? closedBefore(name) : undefined),
    }
    await this.#once(symbol, words, attempt, async () => {
      const order = await this.#close(symbol)
      const reopen: WayOn = {
        label: 'Reopen at market',
        do: 'act',
        act: () => void this.#market({ symbol, side, type: 'market', qty: order.filledQty, timeInForce: 'ioc' }),
      }
      this.#told(order, Number(order.filledQty) > 0 ? [reopen] : [])
    })
  }

  async #close(symbol: string): Promise<PlacedOrder> {
    this.closing = [...this.closing, symbol]
    try {
      return await this.#exchange.ask('position.close', { symbol })
    } finally {
      this.closing = this.closing.filter((other) => other !== symbol)
    }
  }

  /** Sends one request for each position that is not being closed already; a single receipt reports all of them. */
  async closeAll(positions: readonly Position[]): Promise<void> {
    this.withdraw()
    const open = positions.filter(({ symbol }) => !this.busy.includes(symbol))
    const symbols = open.map(({ symbol }) => symbol)
    if (symbols.length === 0) return
    this.busy = [...this.busy, ...symbols]
    const sent = this.#send(`Close ${countedPositions(open.length)}`)
    const closings = await Promise.all(open.map((position) => this.#closing(position)))
    this.#answered(sent)
    this.busy = this.busy.filter((key) => !symbols.includes(key))
    this.#tell(allClosed(closings))
  }

  async #closing(position: Position): Promise<Closing> {
    const { symbol } = position
    const name = this.#label(symbol)
    try {
      return { name, end: 'answered', order: await this.#close(symbol) }
    } catch (error) {
      if (error instanceof RequestRefused && isFlat(error.error)) return { name, end: 'flat' }
      if (error instanceof RequestRefused)
        return { name, end: 'refused', why: this.#why(error.error, closingOf(position)).text }
      if (error instanceof NotConnectedError) return { name, end: 'refused', why: error.message }
      return { name, end: 'unknown' }
    }
  }

  /** Turns a long position into a short one of the same size, or back. */
  async reverse(position: Position): Promise<void> {
    this.withdraw()
    const { symbol } = position
    const listing = this.#listingOf(symbol)
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
    await this.#once(symbol, words, attempt, async () => {
      const qty = takeProfit === undefined && stopLoss === undefined ? undefined : this.#qtyToProtect(symbol)
      await this.#exchange.ask('position.protect', {
        symbol,
        ...(qty === undefined ? {} : { qty }),
        ...(takeProfit === undefined ? {} : { takeProfit: { limitPrice: takeProfit } }),
        ...(stopLoss === undefined ? {} : { stopLoss: { stopPrice: stopLoss } }),
      })
      this.#done(`protect ${symbol}`)
      this.#tell(protectedBy(name, prices, qty))
    })
  }

  /** Places the rest of a canceled order on the same terms, at the back of the queue. */
  async #placeAgain(order: Order): Promise<void> {
    const content = contentOf(order)
    const attempt = { deed: 'place', content } as const
    const what = this.#what(order)
    const words = { sent: capitalized(what), failed: `Not placed again: ${what}` }
    await this.#once(order.orderId, words, attempt, async () => {
      this.#told(await this.#exchange.ask('order.place', content))
    })
  }

  async #market(content: OrderContent, clientOrderId = newRequestId()): Promise<void> {
    const { symbol, side, qty = '' } = content
    const what = `${side} ${grouped(qty)} ${this.#label(symbol)}`
    const words = { sent: capitalized(what), failed: `Not placed: ${what}` }
    await this.#once(symbol, words, { deed: 'place', content }, async () => {
      this.#told(await this.#exchange.ask('order.place', { ...content, clientOrderId }))
    })
  }

  #told(order: PlacedOrder, more: readonly WayOn[] = []): void {
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

  /** Closes the form that sent the request, unless another one has been opened since. */
  #done(row: Editing): void {
    if (this.editing === row) this.leave()
  }

  /** The ticket's wording, without the suggestions that would fill in the ticket. */
  #why(error: WireError, { deed, content }: Attempt): Pick<Receipt, 'text' | 'waysOn'> {
    const listing = this.#listingOf(content.symbol)
    if (!listing) return { text: error.message, waysOn: [] }
    const { instrument, label, touch } = listing
    const scale = scaleOf(instrument)
    const { text, waysOn } = refusalOf(error, {
      name: label,
      scale,
      content,
      bid: scale.price(touch?.bidTicks ?? 0),
      ask: scale.price(touch?.askTicks ?? 0),
      passive: scale.price(0),
      bandPercent: instrument.priceBandBps / 100,
      affordable: scale.qty(0),
      ...this.#has(content.symbol),
      isShortable: instrument.shortable,
      opens: timeOfDay(instrument.session.open),
      deed,
    })
    return { text, waysOn: waysOn.filter((way) => way.do === 'go' || way.do === 'view') }
  }

  #send(what: string): Sent {
    const sent = { what, atMs: this.#exchange.serverNow() }
    this.sent = [...this.sent, sent]
    return sent
  }

  #answered(sent: Sent): void {
    this.sent = this.sent.filter((other) => other !== sent)
  }

  async #once(key: string, words: Words, attempt: Attempt | undefined, act: () => Promise<void>): Promise<void> {
    if (this.busy.includes(key)) return
    this.busy = [...this.busy, key]
    const sent = this.#send(words.sent)
    try {
      await act()
    } catch (error) {
      const before = error instanceof RequestRefused ? attempt?.doneBefore?.(error.error) : undefined
      this.#tell(before ?? { kind: 'refused', title: words.failed, ...this.#failure(error, attempt) })
    } finally {
      this.#answered(sent)
      this.busy = this.busy.filter((other) => other !== key)
    }
  }

  #failure(error: unknown, attempt: Attempt | undefined): Pick<Receipt, 'text' | 'waysOn'> {
    if (error instanceof RequestRefused) {
      return attempt ? this.#why(error.error, attempt) : { text: error.error.message, waysOn: [] }
    }
    if (error instanceof NotConnectedError) return { text: error.message, waysOn: [] }
    const text = 'Its result isn’t known yet. It can’t be done twice; the list shows what came of it.'
    return { text, waysOn: [] }
  }
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** An order that closes all of a position reduces only what there is: refused as too large, there is none. */
const isFlat = ({ code }: WireError): boolean => code === 'REDUCE_ONLY_WOULD_INCREASE'

/** The order that closes a position. */
function closingOf({ symbol, qty }: Position): Attempt {
  const isShort = qty.startsWith('-')
  const size = qty.replace('-', '')
  const content = { symbol, side: isShort ? 'buy' : 'sell', type: 'market', qty: size, timeInForce: 'ioc' } as const
  return { deed: 'place', content }
}

/** Both exits as one order, for the wording of a refusal. */
const exitOf = (symbol: string, { takeProfit, stopLoss }: ExitPrices): OrderContent => ({
  symbol,
  side: 'sell',
  type: 'limit',
  timeInForce: 'gtc',
  ...(takeProfit === undefined ? {} : { limitPrice: takeProfit }),
  ...(stopLoss === undefined ? {} : { stopPrice: stopLoss }),
})
