import { OUTSIDE, type PayDividend, type SplitShares } from '../command.ts'
import { CASH } from '../event.ts'
import { LOTS_MAX } from '../instrument.ts'
import { MICRO_TICKS } from '../mark.ts'
import type { Order, Position } from '../state.ts'
import {
  costShare,
  decimalMoney,
  roundDivide,
  scaledDown,
  scaledHalfUp,
  scaledUp,
  trailingStopTicks,
} from './arithmetic.ts'
import { closeOrder, legsOf } from './closing.ts'
import { holdOf } from './holds.ts'
import { move } from './settlement.ts'
import {
  accountOf,
  change,
  changePosition,
  isOpen,
  leftOf,
  marketOf,
  type NaiveMarket,
  type NaiveState,
} from './state.ts'

const holdersOf = (state: NaiveState, symbol: string): Position[] =>
  state.positions
    .filter((position) => position.symbol === symbol && position.lots !== 0)
    .sort((a, b) => a.account - b.account)

const openIn = (state: NaiveState, symbol: string): Order[] =>
  state.orders
    .filter((order) => order.symbol === symbol)
    .sort((a, b) => a.priority - b.priority || a.account - b.account || a.number - b.number)

/** Pays longs and charges shorts; price and orders are lowered. */
export function payDividend(state: NaiveState, { symbol, centsPerLot }: PayDividend): void {
  const market = marketOf(state, symbol)
  const { centsPerTickLot, lotName } = market.spec
  const note = `${symbol} ${decimalMoney(centsPerLot)} per ${lotName}`
  for (const { account, lots } of holdersOf(state, symbol)) {
    move(state, { account, counter: OUTSIDE, kind: 'dividend', asset: CASH, amount: lots * centsPerLot, note })
  }
  const fall = Number(roundDivide(BigInt(centsPerLot) * BigInt(MICRO_TICKS), BigInt(centsPerTickLot)))
  const ticks = Math.ceil(centsPerLot / centsPerTickLot)
  if (market.markMicroTicks > 0) market.markMicroTicks = Math.max(MICRO_TICKS, market.markMicroTicks - fall)
  if (market.lastTicks > 0) market.lastTicks = Math.max(1, market.lastTicks - ticks)
  for (const order of openIn(state, symbol)) {
    if (lower(order, ticks, market)) change(state, order)
  }
  restInOrderOfPriority(market)
}

/** @returns whether the order's prices changed */
function lower(order: Order, ticks: number, { spec }: NaiveMarket): boolean {
  const before = [order.limitTicks, order.stopTicks, order.highWaterTicks].join()
  const less = (price: number) => (price === 0 ? 0 : Math.max(1, price - ticks))
  const waits = order.status === 'held' || order.status === 'untriggered'
  const isLimitBuy = order.type === 'limit' || (order.type === 'stop_limit' && !waits)
  if (order.side === 'buy' && isLimitBuy) order.limitTicks = less(order.limitTicks)
  if (order.side === 'sell' && waits && order.type !== 'limit') {
    order.limitTicks = less(order.limitTicks)
    order.stopTicks = less(order.stopTicks)
    order.highWaterTicks = less(order.highWaterTicks)
    followHighWater(order, spec.maxTicks)
  }
  return before !== [order.limitTicks, order.stopTicks, order.highWaterTicks].join()
}

function followHighWater(order: Order, maxTicks: number): void {
  if (order.highWaterTicks > 0) order.stopTicks = trailingStopTicks(order, order.highWaterTicks, maxTicks)
}

function restInOrderOfPriority(market: NaiveMarket): void {
  const priorityOf = (resting: NaiveMarket['resting'][number]) => ('order' in resting ? resting.order.priority : 0)
  market.resting.sort((a, b) => priorityOf(a) - priorityOf(b))
}

/** Each `denominator` lots become `numerator`: positions, orders and prices. */
export function splitShares(state: NaiveState, { symbol, numerator: n, denominator: m, maxTicks }: SplitShares): void {
  const market = marketOf(state, symbol)
  const holds = new Map(openIn(state, symbol).map((order) => [order, holdOf(state, order)]))
  market.spec = { ...market.spec, maxTicks }
  const markBefore = market.markMicroTicks
  market.markMicroTicks = scaledHalfUp(markBefore, m, n)
  if (market.lastTicks > 0) market.lastTicks = Math.max(1, scaledHalfUp(market.lastTicks, m, n))
  for (const position of holdersOf(state, symbol)) splitPosition(state, market, position, n, m, markBefore)
  const orders = openIn(state, symbol)
  const scaled = new Map(orders.map((order) => [order, scaledOrder(order, maxTicks, n, m)]))
  for (const [order, after] of scaled) cutToHold(state, after, holds.get(order) ?? 0)
  for (const [order, after] of scaled) {
    if (order.status !== 'held') continue
    const entry = orders.find((one) => one.account === order.account && one.number === order.parentNumber)
    if (entry !== undefined) after.lots = scaled.get(entry)?.lots ?? after.lots
  }
  for (const order of orders) {
    const isEntryBegun = order.filledLots > 0 && legsOf(state, order).length > 0
    const cannotBe = !isPossible(order, scaled.get(order) ?? order, maxTicks) || isEntryBegun
    if (isOpen(order) && cannotBe) closeOrder(state, order, 'canceled', 'admin')
  }
  for (const order of orders) {
    const after = scaled.get(order)
    if (!isOpen(order) || after === undefined) continue
    const { lots, limitTicks, stopTicks, trailTicks, highWaterTicks } = after
    Object.assign(order, { lots, limitTicks, stopTicks, trailTicks, highWaterTicks })
    change(state, order)
  }
}

/** The fraction of a lot is paid at the mark, and its cost is realized against that. */
function splitPosition(
  state: NaiveState,
  { spec }: NaiveMarket,
  position: Position,
  n: number,
  m: number,
  markBefore: number,
): void {
  const { account, symbol, lots, costCents } = position
  const whole = BigInt(lots) * BigInt(n)
  const fraction = whole % BigInt(m)
  const after = Number(whole / BigInt(m))
  // A fraction of the new lots at the new mark: n and m appear in both and cancel out.
  const paid = Number(
    roundDivide(fraction * BigInt(markBefore) * BigInt(spec.centsPerTickLot), BigInt(n) * BigInt(MICRO_TICKS)),
  )
  const size = (value: bigint) => Number(value < 0n ? -value : value)
  const share = costShare(costCents, size(fraction), size(whole))
  const note = `${n}-for-${m} split of ${symbol}`
  const line = { account, counter: OUTSIDE, kind: 'split' } as const
  move(state, { ...line, asset: symbol, amount: after - lots, note })
  move(state, { ...line, asset: CASH, amount: paid, note: `${note}, fraction in cash` })
  position.costCents -= share
  position.realizedCents += paid - share
  accountOf(state, account).realizedCents += paid - share
  changePosition(state, position)
}

/** The order after the split; prices that it does not have stay 0. */
function scaledOrder(order: Order, maxTicks: number, n: number, m: number): Order {
  const price = (ticks: number) => (order.side === 'buy' ? scaledDown(ticks, m, n) : scaledUp(ticks, m, n))
  const scaled: Order = {
    ...order,
    lots: order.filledLots + scaledDown(leftOf(order), n, m),
    limitTicks: price(order.limitTicks),
    stopTicks: price(order.stopTicks),
    trailTicks: order.trailTicks === 0 ? 0 : Math.max(1, scaledDown(order.trailTicks, m, n)),
    highWaterTicks: price(order.highWaterTicks),
  }
  followHighWater(scaled, maxTicks)
  return scaled
}

/** A cash account's buy without a limit is reduced to what its previous hold pays for. */
function cutToHold(state: NaiveState, after: Order, holdBefore: number): void {
  if (after.side === 'sell' || accountOf(state, after.account).mode === 'margin') return
  if (after.type !== 'stop' && after.type !== 'trailing_stop') return
  if (leftOf(after) > LOTS_MAX) return
  while (leftOf(after) > 0 && holdOf(state, after) > holdBefore) after.lots--
}

/** Whether lots remain, and each price that the order had is still valid. */
function isPossible(before: Order, after: Order, maxTicks: number): boolean {
  const prices = (['limitTicks', 'stopTicks', 'highWaterTicks'] as const).filter((price) => before[price] > 0)
  return (
    leftOf(after) > 0 &&
    leftOf(after) <= LOTS_MAX &&
    prices.every((price) => after[price] >= 1 && after[price] <= maxTicks)
  )
}
