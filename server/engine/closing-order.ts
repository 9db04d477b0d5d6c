import type { PlaceOrder } from './command.ts'
import type { Portfolio } from './portfolio.ts'

/** A reduce-only market ioc order with the account's next number, which also serves as its client order id. */
export function closingOrder(
  portfolio: Portfolio,
  { symbol, side, lots, source }: Pick<PlaceOrder, 'symbol' | 'side' | 'lots' | 'source'>,
): PlaceOrder {
  const { account, orderNumber } = portfolio.account
  return {
    kind: 'order.place',
    account,
    clientOrderId: `#${orderNumber + 1}`,
    symbol,
    side,
    type: 'market',
    lots,
    limitTicks: 0,
    timeInForce: 'ioc',
    postOnly: false,
    reduceOnly: true,
    selfTrade: 'cancel_maker',
    source,
  }
}
