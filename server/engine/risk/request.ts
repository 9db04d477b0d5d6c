import type { PlaceOrder } from '../command.ts'
import type { Market } from '../market.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import { trailedStopTicks } from '../triggers/trailing.ts'
import { reachIn } from './foresight.ts'
import { affordableLots } from './payable.ts'
import type { Request } from './rejection.ts'

/** An order as it stands before the market. */
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

/** An open order as it would be with other terms: what it takes now is what a new one would. */
export function replacingRequestOf(order: OpenOrder, command: PlaceOrder, openOrdersMax: number): Request {
  const { market, portfolio } = order
  const request = requestOf(command, market, portfolio, openOrdersMax)
  const stopTicks =
    command.type === 'trailing_stop' ? trailedTicks(command, order.highWaterTicks, market) : request.stopTicks
  return { ...request, stopTicks, replaced: order }
}

/** What so much money is for: of a buy with its fee, of a sale without. */
function notionalLots({ side, account: owner, selfTrade }: PlaceOrder, cents: number, market: Market): number {
  const { centsPerTickLot, takerBps, maxLots } = market.instrument
  const { fills } = reachIn(market, { side, lots: maxLots, limitTicks: market.reachTicks(side), owner, selfTrade })
  return affordableLots(fills, { cents, centsPerTickLot, feeBps: side === 'buy' ? takerBps : 0 })
}

/** Where a trailing stop would begin; 0 while there is no price to begin at. */
function firstStopTicks(command: PlaceOrder, market: Market): number {
  const waterTicks = Math.ceil(market.triggerHalfTicks / 2)
  return waterTicks === 0 ? 0 : trailedTicks(command, waterTicks, market)
}

const trailedTicks = (
  { side, trailTicks = 0, trailBps = 0 }: PlaceOrder,
  waterTicks: number,
  { book }: Market,
): number => trailedStopTicks({ side, trailTicks, trailBps }, waterTicks, book.maxTicks)
