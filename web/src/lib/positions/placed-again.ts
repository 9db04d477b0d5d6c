import type { Order } from '@valiant/shared/protocol/order'
import type { OrderContent } from '#lib/ticket/draft.ts'

/** What of a cancelled order is to be placed once more: its rest, on its terms. One that its stop has sent already is a limit order. */
export function contentOf(order: Order): OrderContent {
  const { symbol, side, type, remainingQty, timeInForce } = order
  const isSent = order.status === 'open' || order.status === 'partially_filled'
  const isTriggered = type === 'stop_limit' && isSent
  const isTrailing = type === 'trailing_stop'
  return {
    symbol,
    side,
    type: isTriggered ? 'limit' : type,
    qty: remainingQty,
    timeInForce,
    ...(order.expireAt === undefined ? {} : { expireAt: order.expireAt }),
    ...(order.limitPrice === undefined ? {} : { limitPrice: order.limitPrice }),
    // That of a trailing stop has moved with the market.
    ...(order.stopPrice === undefined || isTriggered || isTrailing ? {} : { stopPrice: order.stopPrice }),
    ...(order.trailAmount === undefined ? {} : { trailAmount: order.trailAmount }),
    ...(order.trailPercent === undefined ? {} : { trailPercent: order.trailPercent }),
    ...(order.postOnly ? { postOnly: true } : {}),
    ...(order.reduceOnly ? { reduceOnly: true } : {}),
  }
}
