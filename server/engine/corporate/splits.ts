import { assert } from '../assert.ts'
import { type Book, NONE } from '../book/book.ts'
import type { EventLog } from '../event-log.ts'
import { fractionNote, splitNote } from '../ledger/notes.ts'
import type { Outside } from '../ledger/outside.ts'
import { costTaken } from '../ledger/position-cost.ts'
import { MICRO_TICKS } from '../mark.ts'
import type { Market } from '../market.ts'
import type { Portfolio } from '../portfolio.ts'
import type { MarginWatch } from '../risk/margin-watch.ts'
import type { Position } from '../state.ts'
import type { WorkingOrders } from '../working-orders.ts'
import { openOrdersIn } from './open-orders-in.ts'
import type { SplitRatio } from './split-ratio.ts'

/** Splits the lots of an instrument, and with them prices and orders: docs/trading-rules.md, 9. */
export class Splits {
  private readonly log: EventLog
  private readonly working: WorkingOrders
  private readonly watch: MarginWatch
  private readonly outside: Outside
  private readonly makeBook: (maxTicks: number) => Book

  constructor(parts: {
    log: EventLog
    working: WorkingOrders
    watch: MarginWatch
    outside: Outside
    makeBook: (maxTicks: number) => Book
  }) {
    this.log = parts.log
    this.working = parts.working
    this.watch = parts.watch
    this.outside = parts.outside
    this.makeBook = parts.makeBook
  }

  /**
   * The house's orders must have been removed from the book. A book with another maximum price is a new object that
   * reports no changed levels, so observers must start with a full picture.
   * @param portfolios all, in the order in which their positions are split
   */
  split(market: Market, portfolios: readonly Portfolio[], ratio: SplitRatio, timeMs: number): void {
    const orders = openOrdersIn(market, portfolios)
    for (const order of orders.filter((order) => ratio.ends(order))) {
      if (order.isClosed) continue
      this.log.begin(order.portfolio, 'corporate_action')
      this.working.cancel(order, 'admin', timeMs)
    }
    const left = orders.filter((order) => !order.isClosed).map((order) => ({ order, lots: ratio.lotsLeft(order) }))
    for (const { order } of left) this.working.withdraw(order)
    assert(market.book.bidTicks === NONE && market.book.askTicks === NONE, 'a book without orders of the house')
    if (market.book.maxTicks !== ratio.maxTicks) market.book = this.makeBook(ratio.maxTicks)

    for (const portfolio of portfolios) {
      const position = portfolio.position(market)
      if (position !== undefined && position.lots !== 0) this.splitPosition(portfolio, position, market, ratio, timeMs)
    }
    market.markMicroTicks = ratio.price(market.markMicroTicks)
    if (market.lastTicks > 0) market.lastTicks = Math.max(1, ratio.price(market.lastTicks))

    for (const { order, lots } of left) {
      this.log.begin(order.portfolio, 'corporate_action')
      ratio.change(order, lots)
      this.working.putBack(order)
      this.working.change(order, timeMs)
    }
  }

  /** Whole lots stay; a fraction is paid at the mark and takes its share of the cost. */
  private splitPosition(
    portfolio: Portfolio,
    position: Position,
    market: Market,
    ratio: SplitRatio,
    timeMs: number,
  ): void {
    const before = position.lots
    const [size, sign] = [Math.abs(before), Math.sign(before)]
    const lots = ratio.lots(size)
    // Counted in parts of a new lot: `size × numerator` in total, of which the fraction is what does not make whole
    // lots.
    const parts = size * ratio.numerator
    const fraction = parts - lots * ratio.denominator
    const paidCents = fraction === 0 ? 0 : fractionCents(market, fraction, ratio)
    const costCents = fraction === 0 ? 0 : costTaken(Math.abs(position.costCents), fraction, parts)
    const realizedCents = sign * (paidCents - costCents)

    this.log.begin(portfolio, 'corporate_action')
    position.lots = before > 0 ? lots : 0 - lots
    position.costCents -= sign * costCents
    position.realizedCents += realizedCents
    portfolio.account.realizedCents += realizedCents
    const gained = position.lots - before
    const { symbol } = market
    if (gained !== 0) {
      this.outside.bookLots(portfolio, symbol, gained, position.lots, 'split', timeMs, splitNote(symbol, ratio))
    }
    if (paidCents !== 0) {
      this.outside.moveCash(portfolio, sign * paidCents, 'split', timeMs, fractionNote(symbol, ratio))
    }
    this.log.touchPosition(portfolio, position)
    if (portfolio.isMargin) this.watch.note(portfolio)
  }
}

/**
 * The value of a fraction at the old mark, rounded half up: a new lot is worth denominator ÷ numerator of an old one.
 */
function fractionCents({ markMicroTicks, instrument }: Market, parts: number, { numerator }: SplitRatio): number {
  const dividend = BigInt(parts) * BigInt(markMicroTicks) * BigInt(instrument.centsPerTickLot)
  const divisor = BigInt(numerator) * BigInt(MICRO_TICKS)
  return Number((2n * dividend + divisor) / (2n * divisor))
}
