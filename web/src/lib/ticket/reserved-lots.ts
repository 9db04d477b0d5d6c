import type { Order } from '@valiant/shared/protocol/order'
import type { Scale } from './scale.ts'

type Binding = Pick<Order, 'symbol' | 'side' | 'status' | 'remainingQty' | 'reduceOnly' | 'groupId' | 'orderId'>

/**
 * Lots of a position that open orders bind: sales of a cash account, reduce-only orders of a margin account. Exits that
 * cancel each other bind once, the larger; one that waits for its entry binds nothing yet.
 */
export function reservedLots(
  orders: readonly Binding[],
  { symbol, side, onlyReducing }: { symbol: string; side: 'buy' | 'sell'; onlyReducing: boolean },
  scale: Scale,
): number {
  const groups = new Map<string, number>()
  for (const order of orders) {
    if (order.symbol !== symbol || order.side !== side || order.status === 'held') continue
    if (onlyReducing && !order.reduceOnly) continue
    const group = order.groupId ?? order.orderId
    groups.set(group, Math.max(groups.get(group) ?? 0, scale.lots(order.remainingQty) ?? 0))
  }
  return [...groups.values()].reduce((sum, lots) => sum + lots, 0)
}

/** How much of a sale is beyond what is held, and opens or enlarges a short. */
export const shortLots = (positionLots: number, saleLots: number): number =>
  Math.max(0, saleLots - Math.max(0, positionLots))
