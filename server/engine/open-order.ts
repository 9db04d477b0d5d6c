import { type BookSlot, NONE } from './book/book.ts'
import type { Group } from './brackets/group.ts'
import type { AccountNumber, OrderSource, OrderType, PlaceOrder, SelfTrade, Side, TimeInForce } from './command.ts'
import type { Market } from './market.ts'
import type { Portfolio } from './portfolio.ts'
import { type CloseReason, copyOf, type LegRole, type Order, type OrderStatus, type RejectCode } from './state.ts'

/** What a new order and a stored one say alike. */
type Placed = Omit<PlaceOrder, 'kind' | 'tag' | 'expireAtMs'> & Partial<Pick<Order, 'tag' | 'expireAtMs'>>

/** What few orders have: those that wait or end by themselves, exits, entries with legs, and what was refused. */
class ColdFields {
  stopTicks = 0
  trailTicks = 0
  trailBps = 0
  highWaterTicks = 0
  toldStopTicks = 0
  expireAtMs: number | undefined
  reduceOnly = false
  role: LegRole | undefined
  parentNumber: number | undefined
  groupNumber: number | undefined
  group: Group | undefined
  rejectCode: RejectCode | undefined
}

/** What the fills of an order come to: most are canceled without any. */
class Filled {
  tickLots = 0
  feeCentBps = 0
  feesPaidCents = 0
}

/**
 * An order at work: what everyone sees of it, and, out of their sight, its owner, its market and its place in the book
 * once it rests. Most orders are cold when they are canceled or filled: what both touch is written first, so that it lies
 * in the same cache lines, and what most orders lack lies apart, so that an order is small. Getters answer for it, and
 * `copyOf` makes copies.
 */
export class OpenOrder implements Order {
  readonly #portfolio: Portfolio
  readonly #market: Market
  #slot: BookSlot = NONE
  #boundLots = 0
  #countedLots = 0
  #cold: ColdFields | undefined
  #filled: Filled | undefined
  /** Undefined until it is changed; as a reference to the operation's own number it needs no box. */
  #changedAtMs: number | undefined
  // Declared only: a field that began as `undefined` would take a boxed number at every write.
  declare readonly number: number
  declare status: OrderStatus
  declare version: number
  declare reason: CloseReason | undefined
  declare heldCents: number
  declare lots: number
  declare filledLots: number
  declare readonly side: Side
  declare limitTicks: number
  declare readonly postOnly: boolean
  declare priority: number
  declare readonly type: OrderType
  declare readonly timeInForce: TimeInForce
  declare readonly selfTrade: SelfTrade
  declare readonly clientOrderId: string
  declare readonly source: OrderSource
  declare readonly tag: string | undefined
  declare arrivalMidHalfTicks: number
  declare readonly createdAtMs: number

  /** An order as it arrives. */
  constructor(command: Placed, number: number, portfolio: Portfolio, market: Market, timeMs: number) {
    this.#portfolio = portfolio
    this.#market = market
    this.number = number
    this.status = 'open'
    this.version = 1
    this.reason = undefined
    this.heldCents = 0
    this.lots = command.lots
    this.filledLots = 0
    this.side = command.side
    this.limitTicks = command.limitTicks
    this.postOnly = command.postOnly
    this.priority = 0
    this.type = command.type
    this.timeInForce = command.timeInForce
    this.selfTrade = command.selfTrade
    this.clientOrderId = command.clientOrderId
    this.source = command.source
    this.tag = command.tag
    this.arrivalMidHalfTicks = market.twoSidedMidHalfTicks
    this.createdAtMs = timeMs
    const { stopTicks = 0, trailTicks = 0, trailBps = 0, expireAtMs, reduceOnly = false } = command
    if (command.type === 'limit' && expireAtMs === undefined && !reduceOnly) return
    this.#cold = new ColdFields()
    Object.assign(this.#cold, { stopTicks, trailTicks, trailBps, expireAtMs, reduceOnly })
  }

  /** A stored order as one of the engine's own. */
  static restored(stored: Order, portfolio: Portfolio, market: Market): OpenOrder {
    const order = new OpenOrder(stored, stored.number, portfolio, market, stored.createdAtMs)
    order.arrivalMidHalfTicks = stored.arrivalMidHalfTicks
    order.filledLots = stored.filledLots
    const { filledTickLots: tickLots, feeCentBps, feesPaidCents } = stored
    if (stored.filledLots > 0) order.#filled = Object.assign(new Filled(), { tickLots, feeCentBps, feesPaidCents })
    order.heldCents = stored.heldCents
    order.status = stored.status
    order.reason = stored.reason
    order.priority = stored.priority
    order.version = stored.version
    order.updatedAtMs = stored.updatedAtMs
    if (stored.highWaterTicks > 0) order.highWaterTicks = stored.highWaterTicks
    if (stored.stopTicks > 0) order.toldStopTicks = stored.stopTicks
    order.join(stored)
    return order
  }

  get portfolio(): Portfolio {
    return this.#portfolio
  }

  get market(): Market {
    return this.#market
  }

  get account(): AccountNumber {
    return this.#portfolio.account.account
  }

  get symbol(): string {
    return this.#market.symbol
  }

  get updatedAtMs(): number {
    return this.#changedAtMs ?? this.createdAtMs
  }

  set updatedAtMs(timeMs: number) {
    this.#changedAtMs = timeMs
  }

  /** Nothing changes an order that is over. */
  get closedAtMs(): number | undefined {
    return this.isClosed ? this.updatedAtMs : undefined
  }

  get filledTickLots(): number {
    return this.#filled?.tickLots ?? 0
  }

  get feeCentBps(): number {
    return this.#filled?.feeCentBps ?? 0
  }

  get feesPaidCents(): number {
    return this.#filled?.feesPaidCents ?? 0
  }

  get stopTicks(): number {
    return this.#cold?.stopTicks ?? 0
  }

  set stopTicks(ticks: number) {
    if (ticks !== this.stopTicks) this.cold.stopTicks = ticks
  }

  get trailTicks(): number {
    return this.#cold?.trailTicks ?? 0
  }

  set trailTicks(ticks: number) {
    if (ticks !== this.trailTicks) this.cold.trailTicks = ticks
  }

  get trailBps(): number {
    return this.#cold?.trailBps ?? 0
  }

  set trailBps(ticks: number) {
    if (ticks !== this.trailBps) this.cold.trailBps = ticks
  }

  get highWaterTicks(): number {
    return this.#cold?.highWaterTicks ?? 0
  }

  set highWaterTicks(ticks: number) {
    if (ticks !== this.highWaterTicks) this.cold.highWaterTicks = ticks
  }

  /** The trigger as the owner was last told it: what a trailing buy binds follows it, never what was not told. */
  get toldStopTicks(): number {
    return this.#cold?.toldStopTicks ?? 0
  }

  set toldStopTicks(ticks: number) {
    if (ticks !== this.toldStopTicks) this.cold.toldStopTicks = ticks
  }

  get expireAtMs(): number | undefined {
    return this.#cold?.expireAtMs
  }

  get reduceOnly(): boolean {
    return this.#cold?.reduceOnly ?? false
  }

  get role(): LegRole | undefined {
    return this.#cold?.role
  }

  get parentNumber(): number | undefined {
    return this.#cold?.parentNumber
  }

  get groupNumber(): number | undefined {
    return this.#cold?.groupNumber
  }

  get rejectCode(): RejectCode | undefined {
    return this.#cold?.rejectCode
  }

  set rejectCode(code: RejectCode | undefined) {
    this.cold.rejectCode = code
  }
  /** Its place in the book; NONE while it has none. */
  get slot(): BookSlot {
    return this.#slot
  }

  set slot(slot: BookSlot) {
    this.#slot = slot
  }

  /** Lots of the position that it binds. */
  get boundLots(): number {
    return this.#boundLots
  }

  set boundLots(lots: number) {
    this.#boundLots = lots
  }

  /** Lots of it that its margin account counts as open. */
  get countedLots(): number {
    return this.#countedLots
  }

  set countedLots(lots: number) {
    this.#countedLots = lots
  }

  /** The group of an exit, or of an entry with legs. */
  get group(): Group | undefined {
    return this.#cold?.group
  }

  set group(group: Group | undefined) {
    this.cold.group = group
  }

  get remainingLots(): number {
    return this.lots - this.filledLots
  }

  get isClosed(): boolean {
    const { status } = this
    return status === 'canceled' || status === 'filled' || status === 'rejected' || status === 'expired'
  }

  /** It belongs to others: as an exit, or as an entry with legs. */
  join({ role, parentNumber, groupNumber }: Pick<Order, 'role' | 'parentNumber' | 'groupNumber'>): void {
    if (role === undefined && parentNumber === undefined && groupNumber === undefined) return
    const { cold } = this
    cold.role = role
    cold.parentNumber = parentNumber
    cold.groupNumber = groupNumber
  }

  /** Counts a fill. */
  fill(lots: number, ticks: number, feeCentBps: number, feeCents: number): void {
    this.filledLots += lots
    const filled = (this.#filled ??= new Filled())
    filled.tickLots += ticks * lots
    filled.feeCentBps += feeCentBps
    filled.feesPaidCents += feeCents
  }

  /** What JSON and whoever else must see all of it gets. */
  toJSON(): Order {
    return copyOf(this)
  }

  private get cold(): ColdFields {
    return (this.#cold ??= new ColdFields())
  }
}
