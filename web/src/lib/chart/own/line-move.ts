import type { Order } from '@valiant/shared/protocol/order'
import type { Change } from '#lib/positions/amendment.ts'
import type { Scale } from '#lib/ticket/scale.ts'

/** The change that moving an order's line makes: the stop price until it triggers, else the limit. */
export function changeTo(order: Order, ticks: number, scale: Scale): Change {
  const waitsForStop = order.status !== 'open' && order.status !== 'partially_filled' && order.stopPrice !== undefined
  return waitsForStop ? { stopPrice: scale.price(ticks) } : { limitPrice: scale.price(ticks) }
}

/** Whether an order would fill at once at its new limit price. One that waits for its trigger would not. */
export function fillsAtOnce(
  { type, side, status }: Pick<Order, 'type' | 'side' | 'status'>,
  ticks: number,
  { bidTicks, askTicks }: { readonly bidTicks: number; readonly askTicks: number },
): boolean {
  const isLimit = type === 'limit' || type === 'stop_limit'
  if (!isLimit || (status !== 'open' && status !== 'partially_filled')) return false
  return side === 'buy' ? askTicks > 0 && ticks >= askTicks : bidTicks > 0 && ticks <= bidTicks
}

/** The exit of a position at a price: a target on the market's winning side, a stop on its losing side, none at it. */
export function exitOf(ticks: number, markTicks: number, qty: number): 'takeProfit' | 'stopLoss' | undefined {
  if (ticks === markTicks) return undefined
  return ticks > markTicks === qty > 0 ? 'takeProfit' : 'stopLoss'
}
