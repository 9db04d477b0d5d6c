import { type BookSlot, NONE } from './book/book.ts'
import type { Group } from './brackets/group.ts'
import type { AccountNumber, OrderSource, OrderType, PlaceOrder, SelfTrade, Side, TimeInForce } from './command.ts'
import type { Market } from './market.ts'
import type { Portfolio } from './portfolio.ts'
import { type CloseReason, copyOf, type LegRole, type Order, type OrderStatus, type RejectCode } from './state.ts'

/** The fields that a new order and a stored one share. */
type Placed = Omit<PlaceOrder, 'kind' | 'tag' | 'expireAtMs'> & Partial<Pick<Order, 'tag' | 'expireAtMs'>>

/** Fields that few orders have: untriggered and expiring ones, exits, entries with legs, and refused ones. */
class ColdFields {
  stopTicks = 0
  trailTicks = 0
  trailBps = 0
  highWaterTicks = 0
  reportedStopTicks = 0
  expireAtMs: number | undefined
  reduceOnly = false
  role: LegRole | undefined
  parentNumber: number | undefined
  groupNumber: number | undefined
  group: Group | undefined
  rejectCode: RejectCode | undefined
}

/** The totals of an order's fills; most orders are canceled without any. */
class Filled {
  tickLots = 0
  feeCentBps = 0
  feesPaidCents = 0
}

/**
 * An open order: the public fields, and, hidden from others, its owner, market and place in the book. Most orders are
 * not in the CPU cache when they are canceled or filled, so the fields that both use come first, to share cache lines,
 * and rare fields are in separate objects, to keep orders small. Getters expose them, and `copyOf` makes copies.
 */
export class OpenOrder implements Order {
  readonly #portfolio: Portfolio
  readonly #market: Market
  #slot: BookSlot = NONE
  #heldLots = 0
  #countedLots = 0
  #cold: ColdFields | undefined
  #filled: Filled | undefined
  /** Undefined until the order changes; a reference to the operation's own number avoids allocating one. */
  #changedAtMs: number | undefined
  // Declared only: a field initialized with `undefined` would allocate a number at every write.
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

  /** A new order. */
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

  /** Converts a stored order. */
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
    if (stored.stopTicks > 0) order.reportedStopTicks = stored.stopTicks
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

  /** Nothing changes a closed order, so this is the time of its last change. */
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

  /** The trigger as last reported: what a trailing buy holds follows this, never an unreported one. */
  get reportedStopTicks(): number {
    return this.#cold?.reportedStopTicks ?? 0
  }

  set reportedStopTicks(ticks: number) {
    if (ticks !== this.reportedStopTicks) this.cold.reportedStopTicks = ticks
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
  /** Its slot in the book; NONE while it has none. */
  get slot(): BookSlot {
    return this.#slot
  }

  set slot(slot: BookSlot) {
    this.#slot = slot
  }

  /** The lots of the position that it holds. */
  get heldLots(): number {
    return this.#heldLots
  }

  set heldLots(lots: number) {
    this.#heldLots = lots
  }

  /** Its lots that a margin account counts as open. */
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

  /** Joins a group, as an exit or as an entry with legs. */
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

  /** All public fields, for JSON and similar uses. */
  toJSON(): Order {
    return copyOf(this)
  }

  private get cold(): ColdFields {
    return (this.#cold ??= new ColdFields())
  }
}
