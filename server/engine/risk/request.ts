import type { PlaceOrder } from '../command.ts'
import type { Market } from '../market.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import { trailedStopTicks } from '../triggers/trailing.ts'
import { reachIn } from './foresight.ts'
import { affordableLots } from './payable.ts'

/** An order that was placed, before it is anything in the market. */
export interface Request {
  /** Of an amend: the order as it would be, `lots` what would remain. */
  readonly command: PlaceOrder
  readonly market: Market
  readonly portfolio: Portfolio
  /** What it is for: the command's lots, or what its notional comes to. */
  readonly lots: number
  /** The trigger: of a trailing stop where it would begin; 0 for a type that does not wait. */
  readonly stopTicks: number
  /** The worst price it may take: its limit, or the end of the price band. */
  readonly worstTicks: number
  readonly openOrdersMax: number
  /** The open order that an amend would replace: what it binds is free, and it is not counted. */
  readonly replaced: OpenOrder | undefined
  /** What else is canceled for it: lots that are bound now, and open orders. */
  readonly freedLots: number
  readonly freedOrders: number
}

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
