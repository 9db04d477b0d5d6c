import type { Cascade } from '../cascade.ts'
import { walkBook } from '../book/book-walk.ts'
import { closingOrder } from '../closing-order.ts'
import type { EventLog } from '../event-log.ts'
import type { Execution } from '../execution.ts'
import { feesOn } from '../ledger/fees.ts'
import type { Market } from '../market.ts'
import { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import type { MarginState } from '../state.ts'
import type { WorkingOrders } from '../working-orders.ts'
import { valueCentsOf } from './margin.ts'
import { healthOf } from './margin-health.ts'
import type { MarginWatch } from './margin-watch.ts'

/** A position without liquidity to close it is retried after this time. */
const RETRY_MS = 1_000

/** Warns margin accounts whose equity runs low, and closes their positions: docs/trading-rules.md, 8. */
export class Liquidation {
  private readonly log: EventLog
  private readonly working: WorkingOrders
  private readonly execution: Execution
  private readonly cascade: Cascade
  private readonly watch: MarginWatch
  /** When a position may be retried. Lost in a restart, which retries at once. */
  private readonly retries = new WeakMap<Portfolio, Map<Market, number>>()

  constructor(parts: {
    log: EventLog
    working: WorkingOrders
    execution: Execution
    cascade: Cascade
    watch: MarginWatch
  }) {
    this.log = parts.log
    this.working = parts.working
    this.execution = parts.execution
    this.cascade = parts.cascade
    this.watch = parts.watch
  }

  /** Call this in each quantum, after the marks have moved. */
  step(timeMs: number): void {
    const due = this.watch.takeDue()
    const closing = due.filter(isLiquidating)
    for (const portfolio of due) this.judge(portfolio, timeMs)
    for (const portfolio of closing) {
      if (!isLiquidating(portfolio)) continue
      if (this.closeOne(portfolio, timeMs)) this.judge(portfolio, timeMs)
    }
  }

  private judge(portfolio: Portfolio, timeMs: number): void {
    const health = healthOf(portfolio)
    if (health === 'unknown') {
      this.watch.note(portfolio)
      return
    }
    const state = health.stateAfter(portfolio.account.marginState)
    if (state !== portfolio.account.marginState) this.enter(portfolio, state, timeMs)
    if (state === 'liquidating') this.watch.note(portfolio)
    else if (health.isFlat) this.watch.forget(portfolio)
    else this.watch.wait(portfolio, health.bearable(state))
  }

  private enter(portfolio: Portfolio, state: MarginState, timeMs: number): void {
    portfolio.account.marginState = state
    this.log.begin(portfolio, 'liquidation')
    this.log.touch(portfolio)
    if (state === 'liquidating') this.working.cancelOpen(portfolio, 'liquidation', timeMs)
    else this.retries.delete(portfolio)
  }

  /** @returns whether anything was traded */
  private closeOne(portfolio: Portfolio, timeMs: number): boolean {
    const market = this.cheapestToClose(portfolio, timeMs)
    if (market === undefined) return false
    const lots = portfolio.lots(market)
    const closing = { side: sideToClose(lots), lots: lotsToClose(lots, market), source: 'system' } as const
    const command = closingOrder(portfolio, { symbol: market.symbol, ...closing })
    const order = new OpenOrder(command, ++portfolio.account.orderNumber, portfolio, market, timeMs)
    this.log.begin(portfolio, 'liquidation')
    this.execution.carryOut(order, market.reachTicks(order.side), timeMs)
    this.working.report(order)
    this.cascade.run(timeMs)
    if (order.filledLots < order.lots) this.retryLater(portfolio, market, timeMs)
    return portfolio.lots(market) !== lots
  }

  /** The position whose closing loses the least now; of equal ones, the first in the order of the instruments. */
  private cheapestToClose(portfolio: Portfolio, timeMs: number): Market | undefined {
    const retries = this.retries.get(portfolio)
    let cheapest: Market | undefined
    let leastCents = Infinity
    for (const market of portfolio.marketsInOrder()) {
      if (portfolio.lots(market) === 0 || market.status !== 'open' || (retries?.get(market) ?? 0) > timeMs) continue
      const lossCents = closingLossCents(portfolio, market)
      if (lossCents === undefined || lossCents >= leastCents) continue
      cheapest = market
      leastCents = lossCents
    }
    return cheapest
  }

  private retryLater(portfolio: Portfolio, market: Market, timeMs: number): void {
    const retries = this.retries.get(portfolio) ?? new Map<Market, number>()
    this.retries.set(portfolio, retries.set(market, timeMs + RETRY_MS))
  }
}

const isLiquidating = ({ account }: Portfolio): boolean => account.marginState === 'liquidating'

const sideToClose = (lots: number) => (lots > 0 ? 'sell' : 'buy')
const lotsToClose = (lots: number, { instrument }: Market): number => Math.min(Math.abs(lots), instrument.maxLots)

/**
 * How much equity would be lost by closing as much of a position as the book allows; undefined when that is nothing.
 */
function closingLossCents(portfolio: Portfolio, market: Market): number | undefined {
  const { book, instrument } = market
  const held = portfolio.lots(market)
  const side = sideToClose(held)
  const limitTicks = market.reachTicks(side)
  const owner = portfolio.account.account
  const reach = walkBook(book, { side, lots: lotsToClose(held, market), limitTicks, owner, selfTrade: 'cancel_maker' })
  if (reach.lots === 0) return undefined
  const gotCents = reach.tickLots * instrument.centsPerTickLot
  const markCents = valueCentsOf(market, reach.lots)
  const feeCents = feesOn(gotCents * instrument.takerBps)
  return feeCents + (held > 0 ? markCents - gotCents : gotCents - markCents)
}
