import { trailingStopTicks } from './arithmetic.ts'
import { halfTicksOf } from '../mark.ts'
import type { Order } from '../state.ts'
import { midHalfTicks, payable, bandLimit, walk } from './book.ts'
import { closeOrder, siblingOf } from './closing.ts'
import { freeCash } from './holds.ts'
import { enter, type Listeners } from './matching.ts'
import { accountOf, change, isStop, leftOf, marketOf, type NaiveState, ordersOf } from './state.ts'

/**
 * The price with which stops are compared when they are armed: last trade, mid or mark; 0 without any. In half ticks.
 */
export function lastHalfTicks(state: NaiveState, symbol: string): number {
  const market = marketOf(state, symbol)
  return 2 * market.lastTicks || midHalfTicks(market) || halfTicksOf(market.markMicroTicks)
}

/** The initial high-water price of a trailing stop. */
export const initialHighWaterTicks = (state: NaiveState, symbol: string): number =>
  Math.round(lastHalfTicks(state, symbol) / 2)

export const isReached = ({ side, stopTicks }: Pick<Order, 'side' | 'stopTicks'>, halfTicks: number): boolean =>
  side === 'buy' ? halfTicks >= 2 * stopTicks : halfTicks <= 2 * stopTicks

/** An order that is armed for the first time may begin at a price of its own, if that is tighter than the market's. */
export function tighter({ side, highWaterTicks: own }: Order, initialTicks: number): number {
  if (own === 0 || initialTicks === 0) return own + initialTicks
  return side === 'sell' ? Math.max(own, initialTicks) : Math.min(own, initialTicks)
}

/** Adds the order to the untriggered ones. If the last trade has already reached it, it triggers at once. */
export function arm(state: NaiveState, order: Order): void {
  const { spec } = marketOf(state, order.symbol)
  if (order.type === 'trailing_stop') {
    if (order.priority === 0) order.highWaterTicks = tighter(order, initialHighWaterTicks(state, order.symbol))
    order.stopTicks = trailingStopTicks(order, order.highWaterTicks, spec.maxTicks)
  }
  order.status = 'untriggered'
  order.priority = ++state.priority
  change(state, order)
  const last = lastHalfTicks(state, order.symbol)
  if (last > 0 && isReached(order, last)) state.triggered.push(order)
}

/**
 * The oldest trade not handled yet moves the high-water prices of trailing stops, then triggers everything it reaches.
 */
export function showTrade(state: NaiveState): void {
  const shown = state.tradesToShow.shift()
  if (shown === undefined) return
  const { trade } = shown
  const { spec } = marketOf(state, trade.symbol)
  const waiting = state.orders
    .filter((order) => order.symbol === trade.symbol && isStop(order) && order.status === 'untriggered')
    .filter((order) => order.priority <= shown.priority && !state.triggered.includes(order))
    .sort((a, b) => a.priority - b.priority)
  for (const order of waiting) {
    const isBetter = order.side === 'sell' ? trade.ticks > order.highWaterTicks : trade.ticks < order.highWaterTicks
    if (order.type !== 'trailing_stop' || !isBetter) continue
    order.highWaterTicks = trade.ticks
    order.stopTicks = trailingStopTicks(order, trade.ticks, spec.maxTicks)
  }
  state.triggered.push(...waiting.filter((order) => isReached(order, 2 * trade.ticks)))
}

/** A triggered order executes as a market or limit order. */
export function act(state: NaiveState, listeners: Listeners, order: Order): void {
  state.triggered = state.triggered.filter((one) => one !== order)
  endGroupOf(state, order, 'trigger')
  order.status = 'open'
  change(state, order, 'trigger')
  const isCashBuy = order.side === 'buy' && accountOf(state, order.account).mode === 'cash'
  const isPriced = isCashBuy && order.type !== 'stop_limit'
  enter(state, listeners, order, isPriced ? { payableLots: payableLots(state, order) } : {})
}

/** High-water prices that changed since their order was last reported. */
export function publishHighWaters(state: NaiveState): void {
  state.highWatersReportedAtMs = state.nowMs
  for (const order of state.orders) {
    const reported = state.reportedHighWater.get(order)
    if (order.status === 'untriggered' && reported !== order.highWaterTicks) change(state, order, 'trade')
  }
}

/** A leg that triggers cancels its sibling and the rest of its entry. */
export function endGroupOf(state: NaiveState, leg: Order, why?: 'trigger'): void {
  const sibling = siblingOf(state, leg)
  if (sibling !== undefined) closeOrder(state, sibling, 'canceled', 'sibling_filled', why)
  const entry = ordersOf(state, leg.account).find(({ number }) => number === leg.parentNumber)
  if (entry !== undefined) closeOrder(state, entry, 'canceled', 'sibling_filled', why)
}

function payableLots(state: NaiveState, order: Order): number {
  const market = marketOf(state, order.symbol)
  const path = walk(state, market, order, bandLimit(market, order.side), leftOf(order))
  return payable(path, freeCash(state, order.account, [order]), market.spec.centsPerTickLot, market.spec.takerBps)
}
