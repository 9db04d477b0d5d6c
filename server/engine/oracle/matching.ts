import type { Side } from '../command.ts'
import type { Trade } from '../event.ts'
import type { Order } from '../state.ts'
import { bestTicks, lotsOf, queueOf, reaches, bandLimit, ticksOf } from './book.ts'
import { closeOrder, legsOf, siblingOf } from './closing.ts'
import { cutReduceOnly } from './reduce-only.ts'
import { book } from './settlement.ts'
import { change, hasLimit, isOpen, leftOf, marketOf, type NaiveState, opposite, type Resting } from './state.ts'

/** How much an order may trade, and up to which price. */
interface Reach {
  readonly worstTicks: number
  readonly lots: number
}

/** Called for each fill of a resting house order. */
export type OnHouseFill = (symbol: string, tag: number, slot: number, lots: number, gone: boolean) => void
/** Callbacks, kept outside the state so that the state is pure data. */
export interface Listeners {
  onHouseFill: OnHouseFill
}

/** Other limits on an order that trades. */
interface Bounds {
  /** What a triggered buy can pay for. */
  readonly payableLots?: number
  /** The end of the price band when the order arrived. */
  readonly reachTicks?: number
}

/** An order trades what it can, and then rests or ends. */
export function enter(
  state: NaiveState,
  listeners: Listeners,
  order: Order,
  { payableLots = Infinity, reachTicks = bandLimit(marketOf(state, order.symbol), order.side) }: Bounds = {},
): void {
  const market = marketOf(state, order.symbol)
  const isLimit = hasLimit(order)

  const worstTicks = isLimit && reaches(order.side, reachTicks, order.limitTicks) ? order.limitTicks : reachTicks
  order.status = order.filledLots > 0 ? 'partially_filled' : 'open'
  take(state, listeners, order, { worstTicks, lots: Math.min(leftOf(order), payableLots) })
  if (!isOpen(order)) return
  if (!isLimit) closeOrder(state, order, 'canceled', 'no_liquidity')
  else if (order.timeInForce === 'ioc' || order.timeInForce === 'fok') {
    closeOrder(state, order, 'canceled', 'ioc_remainder')
  } else {
    const best = bestTicks(market, opposite(order.side))
    if (best !== 0 && reaches(order.side, order.limitTicks, best)) closeOrder(state, order, 'canceled', 'no_liquidity')
    else rest(state, order)
  }
}

/** Adds the order to the book, behind all others at its price. */
export function rest(state: NaiveState, order: Order): void {
  order.priority = ++state.priority
  marketOf(state, order.symbol).resting.push({ order })
  change(state, order)
}

function take(state: NaiveState, listeners: Listeners, order: Order, { worstTicks, lots }: Reach): void {
  const market = marketOf(state, order.symbol)
  let left = lots
  while (left > 0 && isOpen(order)) {
    const [head] = queueOf(market, opposite(order.side))
    if (head === undefined || !reaches(order.side, worstTicks, ticksOf(head))) return
    if ('order' in head && head.order.account === order.account) {
      if (order.selfTrade !== 'cancel_taker') closeOrder(state, head.order, 'canceled', 'self_trade')
      if (order.selfTrade !== 'cancel_maker') closeOrder(state, order, 'canceled', 'self_trade')
      continue
    }
    const filled = Math.min(left, lotsOf(head), leftOf(order))
    left -= filled
    match(state, listeners, order, head, filled)
  }
}

/** A marketable order of the house. */
export function takeForHouse(
  state: NaiveState,
  listeners: Listeners,
  { symbol, side, lots, limitTicks }: { symbol: string; side: Side; lots: number; limitTicks: number },
): number {
  let left = lots
  while (left > 0) {
    const [head] = queueOf(marketOf(state, symbol), opposite(side))
    if (head === undefined || !reaches(side, limitTicks, ticksOf(head))) break
    const filled = Math.min(left, lotsOf(head))
    left -= filled
    match(state, listeners, { symbol, side }, head, filled)
  }
  return lots - left
}

type HouseTaker = Pick<Order, 'symbol' | 'side'>

function match(
  state: NaiveState,
  listeners: Listeners,
  taker: Order | HouseTaker,
  resting: Resting,
  lots: number,
): void {
  const market = marketOf(state, taker.symbol)
  const trade: Trade = {
    symbol: taker.symbol,
    id: market.epoch * 1e9 + ++market.trades,
    timeMs: state.nowMs,
    ticks: ticksOf(resting),
    lots,
    takerSide: taker.side,
  }
  market.lastTicks = trade.ticks
  state.events.trades.push(trade)
  state.tradesToShow.push({ trade, priority: state.priority })
  const takerOrder = 'number' in taker ? taker : undefined
  const makerOrder = 'order' in resting ? resting.order : undefined
  book(state, trade, takerOrder, makerOrder)
  if ('house' in resting) {
    const { house } = resting
    house.lots -= lots
    if (house.lots === 0) market.resting = market.resting.filter((one) => one !== resting)
    listeners.onHouseFill(taker.symbol, house.tag, house.slot, lots, house.lots === 0)
  }
  for (const order of [takerOrder, makerOrder]) if (order !== undefined) afterFill(state, order, lots)
  for (const order of [takerOrder, makerOrder]) {
    if (order !== undefined) cutReduceOnly(state, order.account, order.symbol)
  }
}

function afterFill(state: NaiveState, order: Order, lots: number): void {
  if (legsOf(state, order).length > 0) state.filledEntries.push({ entry: order, lots })
  if (leftOf(order) === 0) closeOrder(state, order, 'filled')
  else {
    order.status = 'partially_filled'
    change(state, order)
  }
  if (order.groupNumber !== undefined) shareFill(state, order, lots)
}

/** A leg that fills takes its lots from its sibling, or cancels it; its entry is handled later. */
function shareFill(state: NaiveState, leg: Order, lots: number): void {
  if (leg.status === 'filled') state.filledLegs.push(leg)
  const sibling = siblingOf(state, leg)
  if (sibling === undefined) return
  if (leg.status === 'filled') closeOrder(state, sibling, 'canceled', 'sibling_filled')
  else {
    sibling.lots -= lots
    change(state, sibling)
  }
}
