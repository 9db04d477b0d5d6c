import { assert } from './assert.ts'
import { NONE } from './book/book.ts'
import { regroup } from './brackets/legs.ts'
import type { PendingEffects } from './pending-effects.ts'
import type { EventLog } from './event-log.ts'
import type { Expiries } from './expiries.ts'
import type { OpenOrder } from './open-order.ts'
import type { Portfolio } from './portfolio.ts'
import { updateHold, updateHeldLots, release } from './risk/holds.ts'
import type { CloseReason } from './state.ts'
import { tighterTicks, trailedStopTicks } from './triggers/trailing.ts'

/** Adds orders to the market (in the book, untriggered, or held) and removes them, including all their holds. */
export class WorkingOrders {
  private readonly log: EventLog
  private readonly effects: PendingEffects
  private readonly expiries: Expiries

  constructor(log: EventLog, effects: PendingEffects, expiries: Expiries) {
    this.log = log
    this.effects = effects
    this.expiries = expiries
  }

  /** An order stays open: it can be found, counts as open, and expires in time. */
  open(order: OpenOrder): void {
    if (isOpen(order)) return
    order.portfolio.remember(order)
    if (order.expireAtMs !== undefined) this.expiries.add(order)
  }

  /** Adds the rest of an order to the book, behind all others at its price. It must not cross. */
  rest(order: OpenOrder): void {
    this.open(order)
    order.priority = ++this.effects.priority
    order.status = order.filledLots > 0 ? 'partially_filled' : 'open'
    updateHold(order)
    this.enterBook(order)
  }

  /** Arms a stop; a trailing one starts at the last trade, unless it has been armed before or begins at a tighter price. */
  arm(order: OpenOrder): void {
    const { market, side, highWaterTicks } = order
    this.open(order)
    if (order.type === 'trailing_stop' && order.priority === 0) {
      order.highWaterTicks = tighterTicks(side, highWaterTicks, Math.ceil(market.triggerHalfTicks / 2))
    }
    order.priority = ++this.effects.priority
    order.status = 'untriggered'
    this.followHighWater(order)
    order.reportedStopTicks = order.stopTicks
    updateHold(order)
    market.stops.add(order)
  }

  /**
   * A trade better than a trailing stop's high-water price moves it and its trigger. The hold of a buy follows when
   * that is reported: money that the stored order still holds must not be spent meanwhile.
   */
  readonly moveHighWater = (order: OpenOrder, ticks: number): void => {
    order.highWaterTicks = ticks
    this.followHighWater(order)
  }

  /** Removes an order from the book or from the untriggered ones, with its holds; it is still open. */
  withdraw(order: OpenOrder): void {
    const { market, slot } = order
    if (slot !== NONE) {
      market.book.remove(slot)
      this.leaveBook(order)
    } else if (order.status === 'untriggered') market.stops.remove(order)
    release(order)
  }

  /** A resting order was filled or removed: its slot may be reused. */
  leaveBook(order: OpenOrder): void {
    order.market.openOrders[order.slot] = undefined
    order.slot = NONE
    if (order.reduceOnly) order.market.reduceOnlyCount--
  }

  /** Reduces the total lots; the order keeps its place. At least one lot must remain. */
  reduceTo(order: OpenOrder, lots: number): void {
    order.lots = lots
    if (order.slot !== NONE) order.market.book.reduce(order.slot, order.remainingLots)
    updateHold(order)
  }

  /** Ends an open order before it is filled: it is reported, and an entry without a fill closes its held legs. */
  cancel(order: OpenOrder, reason: CloseReason, timeMs: number): void {
    this.withdraw(order)
    this.end(order, reason === 'day_end' || reason === 'gtd' ? 'expired' : 'canceled', reason, timeMs)
    this.change(order, timeMs)
    this.closeLegs(order, timeMs)
  }

  /**
   * Cancels an account's open orders, by number.
   * @returns the canceled orders, including held legs
   */
  cancelOpen(
    portfolio: Portfolio,
    reason: CloseReason,
    timeMs: number,
    isChosen: (order: OpenOrder) => boolean = () => true,
  ): OpenOrder[] {
    const orders = portfolio.openOrders()
    for (const order of orders) if (!order.isClosed && isChosen(order)) this.cancel(order, reason, timeMs)
    return orders.filter((order) => order.isClosed)
  }

  /** Sets the final state of an order that is not in the market, open or new; the caller reports it. */
  end(
    order: OpenOrder,
    status: 'filled' | 'canceled' | 'expired',
    reason: CloseReason | undefined,
    timeMs: number,
  ): void {
    order.status = status
    order.reason = reason
    order.updatedAtMs = timeMs
    this.forget(order)
  }

  /** The legs of an entry that ended without a fill never become active. */
  closeLegs(entry: OpenOrder, timeMs: number): void {
    if (entry.group === undefined || entry.role !== undefined || !entry.isClosed || entry.filledLots > 0) return
    for (const leg of entry.group.legs) this.cancel(leg, 'parent_closed', timeMs)
  }

  /** Counts and reports a change of an order. */
  change(order: OpenOrder, timeMs: number): void {
    order.version++
    order.updatedAtMs = timeMs
    this.report(order)
  }

  report(order: OpenOrder): void {
    this.log.touch(order.portfolio)
    this.log.orders.push(order)
    if (order.type === 'trailing_stop') this.reportHighWater(order)
  }

  private reportHighWater(order: OpenOrder): void {
    order.market.stops.reported(order)
    if (order.status !== 'untriggered') return
    order.reportedStopTicks = order.stopTicks
    updateHold(order)
  }

  /** Puts a stored order back, behind those restored before it. */
  restore(order: OpenOrder): void {
    assert(order.remainingLots > 0 && !order.isClosed, 'a stored order that is open')
    this.effects.priority = Math.max(this.effects.priority, order.priority)
    this.open(order)
    regroup(order)
    order.portfolio.account.heldCents += order.heldCents
    updateHeldLots(order)
    if (order.status === 'held') return
    assert(order.priority > 0, 'a stored order that has its place')
    if (order.status === 'untriggered') order.market.stops.add(order)
    else this.enterBook(order)
  }

  /** Puts a withdrawn order back where its status says, behind those put back before it; its priority stays. */
  putBack(order: OpenOrder): void {
    updateHold(order)
    if (order.status === 'held') return
    if (order.status === 'untriggered') order.market.stops.add(order)
    else this.enterBook(order)
  }

  private enterBook(order: OpenOrder): void {
    const { market } = order
    const slot = market.book.add(order.side, order.limitTicks, order.remainingLots, order.account)
    order.slot = slot
    market.openOrders[slot] = order
    if (order.reduceOnly) market.reduceOnlyCount++
  }

  private forget(order: OpenOrder): void {
    order.group?.remove(order)
    if (order.portfolio.forget(order) && order.expireAtMs !== undefined) this.expiries.remove(order)
  }

  private followHighWater(order: OpenOrder): void {
    if (order.type !== 'trailing_stop') return
    order.stopTicks = trailedStopTicks(order, order.highWaterTicks, order.market.book.maxTicks)
  }
}

const isOpen = (order: OpenOrder): boolean => order.portfolio.openOrder(order.number) === order
