import type { Order } from '@valiant/shared/protocol/order'
import type { OrderContent } from '#lib/ticket/draft.ts'
import type { Scale } from '#lib/ticket/scale.ts'

/**
 * The part of an order that a cancel took off the book: what the answer says was not filled, not what the list showed.
 * @param shown the order as listed before the cancel; a canceled order no longer says whether its stop had triggered
 */
export function restOf(canceled: Order, shown: Order, scale: Scale): Order {
  const rest = (scale.lots(canceled.qty) ?? 0) - (scale.lots(canceled.filledQty) ?? 0)
  const hasFilled = scale.lots(canceled.filledQty) !== 0
  return { ...canceled, status: hasFilled ? 'partially_filled' : shown.status, remainingQty: scale.qty(rest) }
}

/** The rest of an order as a new order on the same terms. A stop-limit that has triggered becomes a limit order. */
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
    // The trigger of a trailing stop has moved with the market.
    ...(order.stopPrice === undefined || isTriggered || isTrailing ? {} : { stopPrice: order.stopPrice }),
    ...(order.trailAmount === undefined ? {} : { trailAmount: order.trailAmount }),
    ...(order.trailPercent === undefined ? {} : { trailPercent: order.trailPercent }),
    ...(order.postOnly ? { postOnly: true } : {}),
    ...(order.reduceOnly ? { reduceOnly: true } : {}),
  }
}
