import { NO_OWNER, NONE } from './book/book.ts'
import type { Side } from './command.ts'
import type { PendingEffects } from './pending-effects.ts'
import type { Fill } from './event.ts'
import type { EventLog } from './event-log.ts'
import type { Settlement } from './ledger/settlement.ts'
import type { Market } from './market.ts'
import type { OpenOrder } from './open-order.ts'
import { updateHold } from './risk/holds.ts'
import { cutToPosition, mayExceed } from './risk/reduce-only.ts'
import type { WorkingOrders } from './working-orders.ts'

/** A marketable order, or the rest of one. */
export interface Taking {
  readonly market: Market
  /** The user's order; undefined for one of the house. */
  readonly taker: OpenOrder | undefined
  readonly side: Side
  readonly lots: number
  /** The worst price at which it trades. */
  readonly limitTicks: number
  readonly timeMs: number
}

/** Matches in the book, then settles each fill and notifies the makers. */
export class Matching {
  private readonly log: EventLog
  private readonly settlement: Settlement
  private readonly working: WorkingOrders
  private readonly effects: PendingEffects

  constructor(parts: { log: EventLog; settlement: Settlement; working: WorkingOrders; effects: PendingEffects }) {
    this.log = parts.log
    this.settlement = parts.settlement
    this.working = parts.working
    this.effects = parts.effects
  }

  /**
   * Fills what it can, stopping at an order of the taker's own account.
   * @param fills the taker's fills are added here
   * @returns the lots left
   */
  take(taking: Taking, fills: Fill[]): number {
    const { market, taker, side, lots, limitTicks } = taking
    if (market.reduceOnlyCount > 0) return this.takeOneByOne(taking, fills)
    const left = market.book.match(side, lots, limitTicks, taker?.account ?? NO_OWNER)
    this.settleMatches(taking, fills)
    return left
  }

  /** The same, order by order: some maker is reduce-only, and an earlier match may shrink its position. */
  private takeOneByOne(taking: Taking, fills: Fill[]): number {
    const { market, taker, side, limitTicks } = taking
    const { book } = market
    const owner = taker?.account ?? NO_OWNER
    let left = taking.lots
    while (left > 0 && market.crosses(side, limitTicks)) {
      const lots = Math.min(left, book.lotsOf(book.firstAt(market.touchTicks(side))))
      const missed = book.match(side, lots, limitTicks, owner)
      left -= lots - missed
      this.settleMatches(taking, fills)
      this.cutShrunk(taking.timeMs)
      if (missed > 0) return left
    }
    return left
  }

  private settleMatches(taking: Taking, fills: Fill[]): void {
    const { market, taker, side: takerSide, timeMs } = taking
    const { book } = market
    const { matches } = book
    market.isMatching = true
    for (let at = 0; at < matches.count; at++) {
      const slot = matches.slots[at] ?? NONE
      const ticks = matches.ticks[at] ?? 0
      const lots = matches.lots[at] ?? 0
      const maker = market.openOrders[slot]
      const fill = this.settlement.settle({ market, taker, maker, takerSide, ticks, lots, timeMs })
      this.effects.addTrade(market, ticks)
      if (fill !== undefined) fills.push(fill)
      if (taker !== undefined) this.follow(taker, lots, timeMs)
      if (maker !== undefined) this.serveMaker(maker, lots, timeMs)
      else market.onHouseFill(market.houseTags[slot] ?? 0, slot, lots, book.lotsOf(slot) === 0)
    }
    market.isMatching = false
  }

  /** Applies a fill to a resting order: its hold shrinks, and it closes when nothing is left. */
  private serveMaker(order: OpenOrder, lots: number, timeMs: number): void {
    updateHold(order)
    order.version++
    order.updatedAtMs = timeMs
    if (order.remainingLots === 0) {
      this.working.leaveBook(order)
      this.working.end(order, 'filled', undefined, timeMs)
    } else order.status = 'partially_filled'
    this.log.orders.push(order)
    this.follow(order, lots, timeMs)
  }

  /**
   * Queues a fill's consequences for other orders: legs that become active, a sibling, orders that hold the same
   * position.
   */
  private follow(order: OpenOrder, lots: number, timeMs: number): void {
    if (order.group !== undefined) {
      if (order.role !== undefined) this.settleGroup(order, lots, timeMs)
      else if (this.effects.filledEntries.at(-1) !== order) this.effects.filledEntries.push(order)
    }
    const { portfolio, market } = order
    if (mayExceed(order, lots)) this.effects.shrunk.push({ portfolio, market })
  }

  /** An exit that fills takes its lots from its sibling; when completely filled, it cancels it. */
  private settleGroup(exit: OpenOrder, lots: number, timeMs: number): void {
    const isFilled = exit.remainingLots === 0
    const sibling = exit.group?.siblingOf(exit)
    if (sibling !== undefined) {
      if (isFilled || sibling.remainingLots <= lots) this.working.cancel(sibling, 'sibling_filled', timeMs)
      else {
        this.working.reduceTo(sibling, sibling.lots - lots)
        this.working.change(sibling, timeMs)
      }
    }
    if (isFilled) this.effects.filledExits.push(exit)
  }

  private cutShrunk(timeMs: number): void {
    for (const { portfolio, market } of this.effects.shrunk.splice(0)) {
      cutToPosition(portfolio, market, this.working, timeMs)
    }
  }
}
