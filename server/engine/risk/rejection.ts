import { NONE } from '../book/book.ts'
import { ownOrderMet, type BookWalk } from '../book/book-walk.ts'
import type { OrderType, PlaceOrder } from '../command.ts'
import { feesOn, rateBps } from '../ledger/fees.ts'
import type { Market } from '../market.ts'
import type { Portfolio } from '../portfolio.ts'
import type { Rejection } from '../state.ts'
import { isReached } from '../triggers/reached.ts'
import { reachIn } from './foresight.ts'
import { fundsRejectionOf } from './funds.ts'
import { bandEndTicks, freeLots, isPricedByTrigger } from './holds.ts'
import type { Request } from './request.ts'

/**
 * Why an order may not enter the market; undefined when it may. The first reason that applies, in the order of
 * RejectCode.
 */
export function rejectionOf(request: Request): Rejection | undefined {
  const { command, market, portfolio, lots } = request
  const { type, side } = command
  const { instrument, book } = market
  const rejection = closedRejectionOf(portfolio, market)
  if (rejection !== undefined) return rejection
  if (isLessThanALot(request)) return { code: 'MIN_NOTIONAL', minCents: leastNotionalCents(request) }
  if (isTooSmall(request)) return { code: 'MIN_NOTIONAL', minCents: instrument.minNotionalCents }
  if (exceedsOpenOrders(request)) return { code: 'MAX_OPEN_ORDERS', max: request.openOrdersMax }
  if (isOutsideBand(request)) {
    return { code: 'PRICE_BAND', lowTicks: market.bandLowTicks, highTicks: market.bandHighTicks }
  }
  if (waits(type)) {
    const waiting = triggerRejectionOf(request)
    if (waiting !== undefined) return waiting
  }
  if (command.postOnly && market.crosses(side, command.limitTicks)) {
    return { code: 'POST_ONLY_WOULD_CROSS', bestTicks: market.touchTicks(side) }
  }

  // Only these must know in advance what they would trade with; a plain limit order need not walk the book twice.
  const isFok = command.timeInForce === 'fok'
  const reach = type === 'market' || isFok ? reachIn(market, reachingOf(request)) : undefined
  if (type === 'market' && reach?.lots === 0 && !reach.isStopped) return { code: 'NO_LIQUIDITY' }
  if (command.selfTrade !== 'cancel_maker' && !waits(type) && ownOrderMet(book, reachingOf(request)) !== NONE) {
    return { code: 'SELF_TRADE' }
  }
  if (isFok && reach !== undefined && reach.lots < lots) return { code: 'FOK_NOT_FILLABLE', fillableLots: reach.lots }
  if (command.reduceOnly) return reduceOnlyRejectionOf(request) ?? entryRejectionOf(request)
  return entryRejectionOf(request) ?? affordingRejectionOf(request, reach)
}

/** Why an account may only cancel in a market, if so. */
export function closedRejectionOf({ account }: Portfolio, { status }: Market): Rejection | undefined {
  if (account.marginState === 'liquidating') return { code: 'LIQUIDATING' }
  if (status === 'open') return undefined
  return { code: status === 'halted' ? 'MARKET_HALTED' : 'MARKET_CLOSED' }
}

/** Whether an order may rest in the book. */
export const mayRest = ({ type, timeInForce }: Pick<PlaceOrder, 'type' | 'timeInForce'>): boolean =>
  (type === 'limit' || type === 'stop_limit') && timeInForce !== 'ioc' && timeInForce !== 'fok'

/** Types with a trigger. */
export const waits = (type: OrderType): boolean => type !== 'limit' && type !== 'market'

/** The request as input of a walk through the book; with less than one lot, it asks for one. */
export function reachingOf({ command, worstTicks, lots }: Request) {
  const { side, account, selfTrade } = command
  return { side, lots: Math.max(1, lots), limitTicks: worstTicks, owner: account, selfTrade }
}

/** The fees that these lots at this value would add to what the order has already paid. */
function feeOn({ command, market: { instrument }, replaced }: Request, valueCents: number): number {
  const bps = rateBps(command, instrument)
  if (replaced === undefined) return feesOn(valueCents * bps)
  return feesOn(replaced.feeCentBps + valueCents * bps) - replaced.feesPaidCents
}

/** A notional that buys or sells less than one lot. */
const isLessThanALot = (request: Request): boolean =>
  request.command.notionalCents !== undefined &&
  request.lots === 0 &&
  reachIn(request.market, reachingOf(request)).lots > 0

/** The smallest notional now: the minimum value, or one lot at the best price, for a buy with its fee. */
function leastNotionalCents(request: Request): number {
  const { command, market } = request
  const { centsPerTickLot, minNotionalCents } = market.instrument
  const valueCents = reachIn(market, reachingOf(request)).tickLots * centsPerTickLot
  return Math.max(minNotionalCents, valueCents + (command.side === 'buy' ? feeOn(request, valueCents) : 0))
}

/**
 * Whether the value is below the minimum: at the limit, the trigger, or for a market order the best price, if there is
 * one.
 */
function isTooSmall(request: Request): boolean {
  const { command, market, lots, stopTicks } = request
  if (command.notionalCents !== undefined && lots === 0) return false
  if (command.reduceOnly === true) return false
  // A trailing stop without any price yet has no trigger, and the best price is not its price.
  const ticks = command.limitTicks || stopTicks || (waits(command.type) ? NONE : market.touchTicks(command.side))
  // For an amend all lots count, including filled ones.
  const allLots = lots + (request.replaced?.filledLots ?? 0)
  return ticks !== NONE && ticks * allLots * market.instrument.centsPerTickLot < market.instrument.minNotionalCents
}

function exceedsOpenOrders({ command, market, portfolio, openOrdersMax, replaced, freedOrders }: Request): boolean {
  if (replaced !== undefined) return false
  const own = mayRest(command) || waits(command.type) ? 1 : 0
  const legs = (command.takeProfit === undefined ? 0 : 1) + (command.stopLoss === undefined ? 0 : 1)
  return own + legs > 0 && portfolio.openCount(market) - freedOrders + own + legs > openOrdersMax
}

/**
 * Whether a limit is beyond the price band on the aggressive side. On the passive side, and for triggers, any price of
 * the book is allowed.
 */
function isOutsideBand({ command, market, stopTicks }: Request): boolean {
  const { type, side, limitTicks, takeProfit, stopLoss } = command
  const highestTicks = market.book.maxTicks
  if (limitTicks > highestTicks || stopTicks > highestTicks) return true
  if (takeProfit !== undefined && takeProfit.limitTicks > highestTicks) return true
  if (stopLoss !== undefined && Math.max(stopLoss.stopTicks ?? 0, stopLoss.limitTicks ?? 0) > highestTicks) return true
  if (type !== 'limit') return false
  return side === 'buy' ? limitTicks > market.bandHighTicks : limitTicks < market.bandLowTicks
}

/** Refuses a trigger that has already been reached, and a trailing stop without a starting price. */
function triggerRejectionOf({ command: { type, side }, market, stopTicks }: Request): Rejection | undefined {
  const halfTicks = market.triggerHalfTicks
  if (stopTicks === 0) return type === 'trailing_stop' ? { code: 'NO_LIQUIDITY' } : undefined
  return isReached(side, stopTicks, halfTicks)
    ? { code: 'STOP_WOULD_TRIGGER', lastTicks: Math.ceil(halfTicks / 2) }
    : undefined
}

/** An order that reduces a position holds no money; it must only not exceed the free part of the position. */
function reduceOnlyRejectionOf({ command, market, portfolio, lots, replaced, freedLots }: Request) {
  const maxLots = freeLots(portfolio, market, command.side, replaced) + freedLots
  return lots === 0 || lots > maxLots ? ({ code: 'REDUCE_ONLY_WOULD_INCREASE', maxLots } as const) : undefined
}

/** Refuses an entry with legs that cannot open a position. */
function entryRejectionOf({ command, portfolio }: Request): Rejection | undefined {
  if (command.takeProfit === undefined && command.stopLoss === undefined) return undefined
  return command.side === 'sell' && portfolio.account.mode === 'cash' ? { code: 'SHORT_NOT_ALLOWED' } : undefined
}

function affordingRejectionOf(request: Request, reach: BookWalk | undefined): Rejection | undefined {
  const { command, market } = request
  const { centsPerTickLot } = market.instrument
  const isBuy = command.side === 'buy'
  if (command.type === 'market' && reach !== undefined) {
    const valueCents = reach.tickLots * centsPerTickLot
    const feeCents = feeOn(request, valueCents)
    return fundsRejectionOf(request, reach.lots, valueCents, feeCents, isBuy ? valueCents + feeCents : 0)
  }
  const ticks = isPricedByTrigger(command) ? request.stopTicks : command.limitTicks
  const valueCents = ticks * request.lots * centsPerTickLot
  return fundsRejectionOf(
    request,
    request.lots,
    valueCents,
    feeOn(request, valueCents),
    isBuy ? wholeHoldOn(request) : 0,
  )
}

/** What a buy other than a market order would hold at the start: its full hold, as if nothing filled now. */
export function wholeHoldOn(request: Request): number {
  const { command, market, lots, stopTicks } = request
  if (command.side === 'sell' || command.reduceOnly) return 0
  const ticks = isPricedByTrigger(command) ? bandEndTicks(stopTicks, market) : command.limitTicks
  const valueCents = ticks * lots * market.instrument.centsPerTickLot
  return valueCents + feeOn(request, valueCents)
}
