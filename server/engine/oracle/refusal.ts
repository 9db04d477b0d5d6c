import type { Order, Rejection } from '../state.ts'
import { feeOnCentBps, worseCents } from './arithmetic.ts'
import { bandOf, bestTicks, reaches, bandLimit, type Walk, walk } from './book.ts'
import { equityOf, freeCash, holdOf, lotsAtMost, marginUsed } from './holds.ts'
import { freeLots } from './reduce-only.ts'
import { isReached, lastHalfTicks } from './stops.ts'
import {
  accountOf,
  hasLimit,
  isAwake,
  isStop,
  leftOf,
  lotsHeld,
  marketOf,
  type NaiveState,
  opposite,
  ordersOf,
} from './state.ts'

/** An order that would arrive and is not open yet. */
export interface Arrival {
  readonly order: Order
  /** Orders that it replaces: the amended order, or existing exits. */
  readonly gone?: readonly Order[]
  /** Legs that come with it. */
  readonly legs?: number
  /** An amended order is already counted. */
  readonly isAmend?: boolean
  readonly notionalCents?: number | undefined
}

/** The first reason to refuse an order, in the order of section 7. */
export function refusalOf(state: NaiveState, arrival: Arrival): Rejection | undefined {
  return (
    marketRefusal(state, arrival.order) ??
    sizeRefusal(state, arrival) ??
    priceRefusal(state, arrival.order) ??
    bookRefusal(state, arrival.order) ??
    positionRefusal(state, arrival) ??
    moneyRefusal(state, arrival)
  )
}

export function marketRefusal(
  state: NaiveState,
  { account, symbol }: Pick<Order, 'account' | 'symbol'>,
): Rejection | undefined {
  if (accountOf(state, account).marginState === 'liquidating') return { code: 'LIQUIDATING' }
  const { status } = marketOf(state, symbol)
  if (status === 'halted') return { code: 'MARKET_HALTED' }
  if (status === 'closed') return { code: 'MARKET_CLOSED' }
  return undefined
}

/** What it could trade now, inside the band and its limit. */
export function pathOf(state: NaiveState, order: Order, lots = leftOf(order)): Walk {
  const market = marketOf(state, order.symbol)
  const worstTicks = hasLimit(order) ? order.limitTicks : bandLimit(market, order.side)
  return walk(state, market, order, worstTicks, lots)
}

function sizeRefusal(
  state: NaiveState,
  { order, gone = [], legs = 0, isAmend, notionalCents }: Arrival,
): Rejection | undefined {
  const { spec } = marketOf(state, order.symbol)
  const value = order.lots * priceOf(state, order) * spec.centsPerTickLot
  const hasPrice = priceOf(state, order) > 0
  const min = { code: 'MIN_NOTIONAL', minCents: spec.minNotionalCents } as const
  if (!order.reduceOnly && hasPrice && value < spec.minNotionalCents && order.lots > 0) return min
  if (notionalCents !== undefined && order.lots === 0 && meetsSomething(state, order)) {
    return { ...min, minCents: Math.max(min.minCents, costOfALot(state, order)) }
  }
  const stays = isStop(order) || (order.type === 'limit' && order.timeInForce !== 'ioc' && order.timeInForce !== 'fok')
  const coming = (stays && isAmend !== true ? 1 : 0) + legs
  const open = ordersOf(state, order.account, order.symbol).filter((one) => !gone.includes(one))
  if (coming > 0 && open.length + coming > state.openOrdersMax) {
    return { code: 'MAX_OPEN_ORDERS', max: state.openOrdersMax }
  }
  return undefined
}

const waits = ({ status }: Order): boolean => status === 'untriggered'

const meetsSomething = (state: NaiveState, order: Order): boolean => {
  const { lots, own } = pathOf(state, order, 1)
  return lots > 0 && own === undefined
}

/** The value of the first lot; for a buy, with its fee. */
function costOfALot(state: NaiveState, order: Order): number {
  const { valueCents } = pathOf(state, order, 1)
  return order.side === 'sell'
    ? valueCents
    : valueCents + feeOnCentBps(valueCents * marketOf(state, order.symbol).spec.takerBps)
}

/** The price at which an order's minimum value is computed; 0 if there is none. */
function priceOf(state: NaiveState, order: Order): number {
  if (hasLimit(order)) return order.limitTicks
  return isStop(order) ? order.stopTicks : bestTicks(marketOf(state, order.symbol), opposite(order.side))
}

function priceRefusal(state: NaiveState, order: Order): Rejection | undefined {
  const market = marketOf(state, order.symbol)
  const band = bandOf(market)
  const isBeyond =
    !waits(order) && hasLimit(order) && !reaches(order.side, bandLimit(market, order.side), order.limitTicks)
  if (isBeyond || Math.max(order.limitTicks, order.stopTicks) > market.spec.maxTicks) {
    return { code: 'PRICE_BAND', ...band }
  }
  if (!waits(order)) return undefined
  const last = lastHalfTicks(state, order.symbol)
  if (last > 0 && order.stopTicks > 0 && isReached(order, last)) {
    return { code: 'STOP_WOULD_TRIGGER', lastTicks: Math.round(last / 2) }
  }
  return undefined
}

function bookRefusal(state: NaiveState, order: Order): Rejection | undefined {
  if (waits(order)) {
    return order.type === 'trailing_stop' && order.highWaterTicks === 0 ? { code: 'NO_LIQUIDITY' } : undefined
  }
  const path = pathOf(state, order, Math.max(1, leftOf(order)))
  const bestTicksThere = bestTicks(marketOf(state, order.symbol), opposite(order.side))
  if (order.postOnly && bestTicksThere > 0 && reaches(order.side, order.limitTicks, bestTicksThere)) {
    return { code: 'POST_ONLY_WOULD_CROSS', bestTicks: bestTicksThere }
  }
  if (order.type === 'market' && path.lots === 0 && path.own === undefined) return { code: 'NO_LIQUIDITY' }
  if (path.lots === 0 && path.own !== undefined) return { code: 'SELF_TRADE' }
  if (order.timeInForce === 'fok' && path.lots < leftOf(order)) {
    return { code: 'FOK_NOT_FILLABLE', fillableLots: path.lots }
  }
  return undefined
}

function positionRefusal(state: NaiveState, { order, gone = [], legs = 0 }: Arrival): Rejection | undefined {
  const { mode } = accountOf(state, order.account)
  const lots = leftOf(order)
  // Orders of one group hold once.
  const siblings = ordersOf(state, order.account).filter(
    ({ groupNumber }) => groupNumber !== undefined && groupNumber === order.groupNumber,
  )
  const free = freeLots(state, order, [...gone, ...siblings])
  if (order.reduceOnly && (lots > free || lots === 0))
    return { code: 'REDUCE_ONLY_WOULD_INCREASE', maxLots: Math.max(0, free) }
  if (order.side === 'buy' || order.reduceOnly) return undefined
  if (mode === 'cash') {
    if (legs > 0) return { code: 'SHORT_NOT_ALLOWED' }
    return lots > free ? { code: 'INSUFFICIENT_POSITION', requiredLots: lots, availableLots: free } : undefined
  }
  const selling = ordersOf(state, order.account, order.symbol)
    .filter((one) => one.side === 'sell' && isAwake(one) && !one.reduceOnly && !gone.includes(one))
    .reduce((sum, one) => sum + leftOf(one), order.type === 'market' ? pathOf(state, order).lots : lots)
  if (selling <= lotsHeld(state, order.account, order.symbol)) return undefined
  const { spec, markMicroTicks } = marketOf(state, order.symbol)
  if (!spec.shortable) return { code: 'SHORT_NOT_ALLOWED' }
  // Without a price nothing can be owed.
  return markMicroTicks === 0 ? { code: 'INSUFFICIENT_MARGIN' } : undefined
}

function moneyRefusal(state: NaiveState, { order, gone = [] }: Arrival): Rejection | undefined {
  if (accountOf(state, order.account).mode === 'margin') return marginRefusal(state, order, gone)
  if (order.side === 'sell') return undefined
  const availableCents = freeCash(state, order.account, gone)
  const requiredCents = order.type === 'market' ? costOf(state, order) : holdOf(state, order)
  return requiredCents > availableCents ? { code: 'INSUFFICIENT_FUNDS', requiredCents, availableCents } : undefined
}

/** The cost of what a market buy trades, with its fee. */
function costOf(state: NaiveState, order: Order): number {
  const { valueCents } = pathOf(state, order)
  return valueCents + feeOnCentBps(valueCents * marketOf(state, order.symbol).spec.takerBps)
}

function marginRefusal(state: NaiveState, order: Order, gone: readonly Order[]): Rejection | undefined {
  if (order.reduceOnly) return undefined
  const { account, symbol, side } = order
  const market = marketOf(state, symbol)
  const { spec, markMicroTicks } = market
  const path = order.type === 'market' ? pathOf(state, order) : undefined
  const lots = path?.lots ?? leftOf(order)
  const before = lotsAtMost(state, account, symbol, { without: gone })
  const openings = { without: gone, and: [{ symbol, side, lots }] }
  if (lotsAtMost(state, account, symbol, openings) <= before) return undefined
  const valueCents = path?.valueCents ?? lots * priceOf(state, order) * spec.centsPerTickLot
  const usedBefore = marginUsed(state, account, { without: gone })
  const added = marginUsed(state, account, openings) - usedBefore
  const feeBps = order.postOnly ? spec.makerBps : spec.takerBps
  const feeCents = feeOnCentBps(order.feeCentBps + valueCents * feeBps) - order.feesPaidCents
  const requiredCents = added + feeCents + worseCents({ side, lots, valueCents, markMicroTicks, ...spec })
  const availableCents = equityOf(state, account) - usedBefore

  if (requiredCents <= availableCents) return undefined
  return { code: 'INSUFFICIENT_MARGIN', requiredCents, availableCents }
}
