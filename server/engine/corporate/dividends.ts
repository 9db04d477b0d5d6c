import { assert } from '../assert.ts'
import { NONE } from '../book/book.ts'
import type { EventLog } from '../event-log.ts'
import { dividendNote } from '../ledger/notes.ts'
import type { Outside } from '../ledger/outside.ts'
import { MICRO_TICKS } from '../mark.ts'
import type { Market } from '../market.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import { trailedStopTicks } from '../triggers/trailing.ts'
import type { WorkingOrders } from '../working-orders.ts'
import { openOrdersIn } from './open-orders-in.ts'

/** Pays dividends, and lowers prices and orders accordingly: docs/trading-rules.md, 9. */
export class Dividends {
  private readonly log: EventLog
  private readonly working: WorkingOrders
  private readonly outside: Outside

  constructor(parts: { log: EventLog; working: WorkingOrders; outside: Outside }) {
    this.log = parts.log
    this.working = parts.working
    this.outside = parts.outside
  }

  /** @param portfolios all, in the order in which they are paid */
  pay(market: Market, portfolios: readonly Portfolio[], centsPerLot: number, timeMs: number): void {
    assert(Number.isSafeInteger(centsPerLot) && centsPerLot >= 1, 'whole cents a lot')
    const note = dividendNote(market.instrument, centsPerLot)
    for (const portfolio of portfolios) {
      const lots = portfolio.lots(market)
      if (lots === 0) continue
      this.log.begin(portfolio, 'corporate_action')
      this.outside.moveCash(portfolio, lots * centsPerLot, 'dividend', timeMs, note)
    }
    const fallTicks = Math.ceil(centsPerLot / market.instrument.centsPerTickLot)
    lowerPrices(market, centsPerLot, fallTicks)
    this.lowerOrders(openOrdersIn(market, portfolios).filter(follows), fallTicks, timeMs)
  }

  private lowerOrders(orders: readonly OpenOrder[], fallTicks: number, timeMs: number): void {
    for (const order of orders) this.working.withdraw(order)
    for (const order of orders) {
      const isLower = lower(order, fallTicks)
      this.working.putBack(order)
      if (!isLower) continue
      this.log.begin(order.portfolio, 'corporate_action')
      this.working.change(order, timeMs)
    }
  }
}

function lowerPrices(market: Market, centsPerLot: number, fallTicks: number): void {
  const fallMicroTicks = Math.round((centsPerLot * MICRO_TICKS) / market.instrument.centsPerTickLot)
  if (market.markMicroTicks > 0) market.markMicroTicks = Math.max(MICRO_TICKS, market.markMicroTicks - fallMicroTicks)
  if (market.lastTicks > 0) market.lastTicks = Math.max(1, market.lastTicks - fallTicks)
}

/**
 * Orders that the fall in price alone would fill or trigger: buys below the market, and sells that wait for it to fall.
 */
const follows = ({ side, type, status, slot }: OpenOrder): boolean =>
  side === 'buy'
    ? type === 'limit' || slot !== NONE
    : type !== 'limit' && (status === 'held' || status === 'untriggered')

/** @returns whether anything has changed; a price of one tick stays */
function lower(order: OpenOrder, fallTicks: number): boolean {
  const { limitTicks, stopTicks, highWaterTicks } = order
  const lowered = (ticks: number) => (ticks === 0 ? 0 : Math.max(1, ticks - fallTicks))
  order.limitTicks = lowered(limitTicks)
  order.highWaterTicks = lowered(highWaterTicks)
  if (order.highWaterTicks > 0)
    order.stopTicks = trailedStopTicks(order, order.highWaterTicks, order.market.book.maxTicks)
  else if (order.side === 'sell') order.stopTicks = lowered(stopTicks)
  return order.limitTicks !== limitTicks || order.stopTicks !== stopTicks || order.highWaterTicks !== highWaterTicks
}
