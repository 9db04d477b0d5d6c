import { NONE } from '../book/book.ts'
import { ownOrderMet, type Reach, reachOf } from '../book/reach.ts'
import type { PlaceOrder } from '../command.ts'
import { feesOn, rateBps } from '../ledger/fees.ts'
import type { Market } from '../market.ts'
import type { Portfolio } from '../portfolio.ts'
import type { Rejection } from '../state.ts'

/** An order that was placed, before it is anything in the market. */
export interface Request {
  readonly command: PlaceOrder
  readonly market: Market
  readonly portfolio: Portfolio
  /** The worst price it may take: its limit, or the end of the price band. */
  readonly worstTicks: number
  readonly openOrdersMax: number
}

/**
 * Why an order may not enter the market; undefined when it may. The first reason that holds answers, in the order of
 * RejectCode.
 */
export function rejectionOf(request: Request): Rejection | undefined {
  const { command, market, portfolio, openOrdersMax } = request
  const { side, lots, type, timeInForce } = command
  const { instrument, book } = market
  if (market.isHalted) return { code: 'MARKET_HALTED' }

  const notionalCents = notionalOf(request)
  if (notionalCents !== undefined && notionalCents < instrument.minNotionalCents) {
    return { code: 'MIN_NOTIONAL', minCents: instrument.minNotionalCents }
  }
  if (mayRest(command) && portfolio.openCount(market) >= openOrdersMax) {
    return { code: 'MAX_OPEN_ORDERS', max: openOrdersMax }
  }
  if (isOutsideBand(request)) {
    return { code: 'PRICE_BAND', lowTicks: market.bandLowTicks, highTicks: market.bandHighTicks }
  }
  if (command.postOnly && crosses(request)) {
    return { code: 'POST_ONLY_WOULD_CROSS', bestTicks: market.touchTicks(side) }
  }

  // Only these must know beforehand what they would meet; a plain limit order need not walk the book twice.
  const reach = type === 'market' || timeInForce === 'fok' ? reachOf(book, reachingOf(request)) : undefined
  if (type === 'market' && reach?.lots === 0 && !reach.isStopped) return { code: 'NO_LIQUIDITY' }
  if (command.selfTrade !== 'cancel_maker' && ownOrderMet(book, reachingOf(request)) !== NONE) {
    return { code: 'SELF_TRADE' }
  }
  if (timeInForce === 'fok' && reach !== undefined && reach.lots < lots) {
    return { code: 'FOK_NOT_FILLABLE', fillableLots: reach.lots }
  }

  if (side === 'sell') {
    const availableLots = portfolio.sellableLots(market)
    return lots > availableLots ? { code: 'INSUFFICIENT_POSITION', requiredLots: lots, availableLots } : undefined
  }
  const requiredCents = type === 'market' && reach !== undefined ? costOf(request, reach) : wholeHoldOn(request)
  const availableCents = portfolio.buyingPowerCents
  return requiredCents > availableCents ? { code: 'INSUFFICIENT_FUNDS', requiredCents, availableCents } : undefined
}

/** Only a gtc limit order can come to rest; the others are never counted among the open ones. */
export const mayRest = (command: PlaceOrder): boolean => command.type === 'limit' && command.timeInForce === 'gtc'

/** The request as its walk through the book sees it. */
export function reachingOf({ command, worstTicks }: Request) {
  const { side, lots, account, selfTrade } = command
  return { side, lots, limitTicks: worstTicks, owner: account, selfTrade }
}

/** At the limit, or for a market order at the touch; undefined where there is none. */
function notionalOf({ command, market }: Request): number | undefined {
  const ticks = command.type === 'limit' ? command.limitTicks : market.touchTicks(command.side)
  return ticks === NONE ? undefined : ticks * command.lots * market.instrument.centsPerTickLot
}

/** Beyond the band on the aggressive side; on the passive side any price that the book holds may rest. */
function isOutsideBand({ command: { type, side, limitTicks }, market }: Request): boolean {
  if (type === 'market') return false
  if (limitTicks > market.book.maxTicks) return true
  return side === 'buy' ? limitTicks > market.bandHighTicks : limitTicks < market.bandLowTicks
}

function crosses({ command: { side, limitTicks }, market }: Request): boolean {
  const touch = market.touchTicks(side)
  return touch !== NONE && (side === 'buy' ? limitTicks >= touch : limitTicks <= touch)
}

/** What a market buy would pay, fee included. */
function costOf({ market: { instrument } }: Request, { tickLots }: Reach): number {
  const valueCents = tickLots * instrument.centsPerTickLot
  return valueCents + feesOn(valueCents * instrument.takerBps)
}

/** What a limit buy may come to pay: all of it at its limit, and the fee. */
function wholeHoldOn({ command, market: { instrument } }: Request): number {
  const valueCents = command.limitTicks * command.lots * instrument.centsPerTickLot
  return valueCents + feesOn(valueCents * rateBps(command, instrument))
}
