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
 * Why an order may not enter the market; undefined when it may. The first reason that holds answers, in the order of
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

  // Only these must know beforehand what they would meet; a plain limit order need not walk the book twice.
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

/** Why an account may change nothing in a market but cancel. */
export function closedRejectionOf({ account }: Portfolio, { status }: Market): Rejection | undefined {
  if (account.marginState === 'liquidating') return { code: 'LIQUIDATING' }
  if (status === 'open') return undefined
  return { code: status === 'halted' ? 'MARKET_HALTED' : 'MARKET_CLOSED' }
}

/** A limit order that outlives its arrival; the others never take a place in the book. */
export const mayRest = ({ type, timeInForce }: Pick<PlaceOrder, 'type' | 'timeInForce'>): boolean =>
  (type === 'limit' || type === 'stop_limit') && timeInForce !== 'ioc' && timeInForce !== 'fok'

/** Types that wait for a price. */
export const waits = (type: OrderType): boolean => type !== 'limit' && type !== 'market'

/** The request as its walk through the book sees it; less than a lot asks for one. */
export function reachingOf({ command, worstTicks, lots }: Request) {
  const { side, account, selfTrade } = command
  return { side, lots: Math.max(1, lots), limitTicks: worstTicks, owner: account, selfTrade }
}

/** What a request that may fill these lots at these ticks × lots would pay in fees, on top of what its order has paid. */
function feeOn({ command, market: { instrument }, replaced }: Request, valueCents: number): number {
  const bps = rateBps(command, instrument)
  if (replaced === undefined) return feesOn(valueCents * bps)
  return feesOn(replaced.feeCentBps + valueCents * bps) - replaced.feesPaidCents
}

/** Money that buys or sells nothing of what there is. */
const isLessThanALot = (request: Request): boolean =>
  request.command.notionalCents !== undefined &&
  request.lots === 0 &&
  reachIn(request.market, reachingOf(request)).lots > 0

/** The least that a notional must be here: the smallest value, or a lot at the best price, a buy's with its fee. */
function leastNotionalCents(request: Request): number {
  const { command, market } = request
  const { centsPerTickLot, minNotionalCents } = market.instrument
  const valueCents = reachIn(market, reachingOf(request)).tickLots * centsPerTickLot
  return Math.max(minNotionalCents, valueCents + (command.side === 'buy' ? feeOn(request, valueCents) : 0))
}

/** Below the smallest value: at the limit, the trigger, or for a market order the touch, where there is one. */
function isTooSmall(request: Request): boolean {
  const { command, market, lots, stopTicks } = request
  if (command.notionalCents !== undefined && lots === 0) return false
  if (command.reduceOnly === true) return false
  // A trailing stop without any price yet has no trigger, and the touch is not its price.
  const ticks = command.limitTicks || stopTicks || (waits(command.type) ? NONE : market.touchTicks(command.side))
  // Of an amend all lots count, filled ones too.
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
 * A limit beyond the band on the aggressive side; on the passive side, and for what waits, any price that the book holds
 * will do.
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

/** A trigger that is reached already, or a trailing one without a price to begin at. */
function triggerRejectionOf({ command: { type, side }, market, stopTicks }: Request): Rejection | undefined {
  const halfTicks = market.triggerHalfTicks
  if (stopTicks === 0) return type === 'trailing_stop' ? { code: 'NO_LIQUIDITY' } : undefined
  return isReached(side, stopTicks, halfTicks)
    ? { code: 'STOP_WOULD_TRIGGER', lastTicks: Math.ceil(halfTicks / 2) }
    : undefined
}

/** What reduces a position binds no money: it must only be no more than what of it is free. */
function reduceOnlyRejectionOf({ command, market, portfolio, lots, replaced, freedLots }: Request) {
  const maxLots = freeLots(portfolio, market, command.side, replaced) + freedLots
  return lots === 0 || lots > maxLots ? ({ code: 'REDUCE_ONLY_WOULD_INCREASE', maxLots } as const) : undefined
}

/** An entry with legs that can open nothing. */
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

/** What a buy that is not a market order would bind as it takes its place: all of it, as if it filled nothing now. */
export function wholeHoldOn(request: Request): number {
  const { command, market, lots, stopTicks } = request
  if (command.side === 'sell' || command.reduceOnly) return 0
  const ticks = isPricedByTrigger(command) ? bandEndTicks(stopTicks, market) : command.limitTicks
  const valueCents = ticks * lots * market.instrument.centsPerTickLot
  return valueCents + feeOn(request, valueCents)
}
