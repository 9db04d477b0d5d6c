import { NO_OWNER } from './book/book.ts'
import type { Side } from './command.ts'
import type { Fill } from './event.ts'
import type { EventLog } from './event-log.ts'
import type { Settlement } from './ledger/settlement.ts'
import type { Market } from './market.ts'
import type { OpenOrder } from './open-order.ts'
import { releaseFilled } from './risk/holds.ts'

/** A marketable order, or what is left of it. */
export interface Taking {
  readonly market: Market
  /** The user's order; undefined for one of the house. */
  readonly taker: OpenOrder | undefined
  readonly side: Side
  readonly lots: number
  /** The worst price it takes. */
  readonly limitTicks: number
  readonly timeMs: number
}

/** Matches in the book, then settles fill by fill and tells the makers. */
export class Matching {
  private readonly log: EventLog
  private readonly settlement: Settlement

  constructor(log: EventLog, settlement: Settlement) {
    this.log = log
    this.settlement = settlement
  }

  /**
   * Fills what it can; it stops before an order of the taker's own.
   * @param fills the taker's fills are added here
   * @returns lots left
   */
  take(taking: Taking, fills: Fill[]): number {
    const { market, taker, side: takerSide, timeMs } = taking
    const { book } = market
    const left = book.match(takerSide, taking.lots, taking.limitTicks, taker?.account ?? NO_OWNER)
    const { matches } = book
    market.isMatching = true
    for (let at = 0; at < matches.count; at++) {
      const slot = matches.slots[at] ?? 0
      const ticks = matches.ticks[at] ?? 0
      const lots = matches.lots[at] ?? 0
      const maker = market.openOrders[slot]
      const fill = this.settlement.settle({ market, taker, maker, takerSide, ticks, lots, timeMs })
      if (fill !== undefined) fills.push(fill)
      if (maker !== undefined) this.serveMaker(maker, lots, timeMs)
      else market.onHouseFill(market.houseTags[slot] ?? 0, slot, lots, book.lotsOf(slot) === 0)
    }
    market.isMatching = false
    return left
  }

  /** What a fill means for a resting order: less is held, and it is over when nothing is left. */
  private serveMaker(order: OpenOrder, lots: number, timeMs: number): void {
    releaseFilled(order, lots)
    order.version++
    order.updatedAtMs = timeMs
    if (order.remainingLots === 0) {
      order.status = 'filled'
      order.closedAtMs = timeMs
      order.market.openOrders[order.slot] = undefined
      order.portfolio.forget(order)
    } else order.status = 'partially_filled'
    this.log.orders.push(order)
  }
}
