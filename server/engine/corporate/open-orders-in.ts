import type { Market } from '../market.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'

/**
 * All open orders of a market, including held and untriggered ones, by priority; those not in the market by account and
 * number.
 */
export const openOrdersIn = (market: Market, portfolios: readonly Portfolio[]): OpenOrder[] =>
  portfolios
    .filter((portfolio) => portfolio.openCount(market) > 0)
    .flatMap((portfolio) => portfolio.openOrders().filter((order) => order.market === market))
    .sort((a, b) => a.priority - b.priority || a.account - b.account || a.number - b.number)
