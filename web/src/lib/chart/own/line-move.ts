import type { Order } from '@valiant/shared/protocol/order'
import type { Change } from '#lib/positions/amendment.ts'
import type { Scale } from '#lib/ticket/scale.ts'

/** What of an order moves with its line: the trigger while it waits for one, else the limit. */
export function changeTo(order: Order, ticks: number, scale: Scale): Change {
  const waitsForStop = order.status !== 'open' && order.status !== 'partially_filled' && order.stopPrice !== undefined
  return waitsForStop ? { stopPrice: scale.price(ticks) } : { limitPrice: scale.price(ticks) }
}

/** Whether a limit order would take at its new price: that is asked about first. */
export function fillsAtOnce(
  { type, side, status }: Pick<Order, 'type' | 'side' | 'status'>,
  ticks: number,
  { bidTicks, askTicks }: { readonly bidTicks: number; readonly askTicks: number },
): boolean {
  if (type !== 'limit' || status === 'held') return false
  return side === 'buy' ? askTicks > 0 && ticks >= askTicks : bidTicks > 0 && ticks <= bidTicks
}

/** Which exit of a position a price is: beyond the market a profit, on this side of it a stop; at the market neither. */
export function exitOf(ticks: number, markTicks: number, qty: number): 'takeProfit' | 'stopLoss' | undefined {
  if (ticks === markTicks) return undefined
  return ticks > markTicks === qty > 0 ? 'takeProfit' : 'stopLoss'
}
