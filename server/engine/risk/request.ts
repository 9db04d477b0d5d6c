import type { PlaceOrder } from '../command.ts'
import type { Market } from '../market.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import { firstHighWaterTicks, tighterTicks, trailedStopTicks } from '../triggers/trailing.ts'
import { reachIn } from './foresight.ts'
import { affordableLots } from './payable.ts'

/** An order that was placed but is not in the market yet. */
export interface Request {
  /** For an amend: the order with its new terms, and `lots` is the remaining quantity. */
  readonly command: PlaceOrder
  readonly market: Market
  readonly portfolio: Portfolio
  /** The quantity: the command's lots, or the number computed from its notional. */
  readonly lots: number
  /** The trigger; for a trailing stop its initial one; 0 for types without one. */
  readonly stopTicks: number
  /** The worst price at which it may trade: its limit, or the end of the price band. */
  readonly worstTicks: number
  readonly openOrdersMax: number
  /** The open order that an amend would replace: its holds count as free, and it is not counted. */
  readonly replaced: OpenOrder | undefined
  /** What else is canceled for it: lots held now, and open orders. */
  readonly freedLots: number
  readonly freedOrders: number
}

/** A new order as a request to the market. */
export function requestOf(command: PlaceOrder, market: Market, portfolio: Portfolio, openOrdersMax: number): Request {
  const worstTicks = command.type === 'limit' ? command.limitTicks : market.reachTicks(command.side)
  const lots = command.notionalCents === undefined ? command.lots : notionalLots(command, command.notionalCents, market)
  const stopTicks = command.type === 'trailing_stop' ? firstStopTicks(command, market) : (command.stopTicks ?? 0)
  return {
    command,
    market,
    portfolio,
    lots,
    stopTicks,
    worstTicks,
    openOrdersMax,
    replaced: undefined,
    freedLots: 0,
    freedOrders: 0,
  }
}

/** An open order with other terms: it may trade what a new order could. */
export function replacingRequestOf(order: OpenOrder, command: PlaceOrder, openOrdersMax: number): Request {
  const { market, portfolio } = order
  const request = requestOf(command, market, portfolio, openOrdersMax)
  const stopTicks =
    command.type === 'trailing_stop' ? trailedTicks(command, order.highWaterTicks, market) : request.stopTicks
  return { ...request, stopTicks, replaced: order }
}

/** The lots that a notional stands for: for a buy with its fee, for a sell without. */
function notionalLots({ side, account: owner, selfTrade }: PlaceOrder, cents: number, market: Market): number {
  const { centsPerTickLot, takerBps, maxLots } = market.instrument
  const { fills } = reachIn(market, { side, lots: maxLots, limitTicks: market.reachTicks(side), owner, selfTrade })
  return affordableLots(fills, { cents, centsPerTickLot, feeBps: side === 'buy' ? takerBps : 0 })
}

/** The initial trigger of a trailing stop; 0 without a starting price. */
function firstStopTicks(command: PlaceOrder, market: Market): number {
  const { side, stopTicks = 0, trailBps = 0 } = command
  const firstTicks = stopTicks === 0 ? 0 : firstHighWaterTicks({ side, trailBps }, stopTicks)
  const highWaterTicks = tighterTicks(side, firstTicks, Math.ceil(market.triggerHalfTicks / 2))
  return highWaterTicks === 0 ? 0 : trailedTicks(command, highWaterTicks, market)
}

const trailedTicks = (
  { side, trailTicks = 0, trailBps = 0 }: PlaceOrder,
  highWaterTicks: number,
  { book }: Market,
): number => trailedStopTicks({ side, trailTicks, trailBps }, highWaterTicks, book.maxTicks)
