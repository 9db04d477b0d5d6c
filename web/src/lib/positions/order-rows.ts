import type { Order } from '@valiant/shared/protocol/order'

/** An open order in its list; a leg is listed under its entry, an exit under the other exit of its pair. */
export interface OrderRow {
  readonly order: Order
  readonly isUnder: boolean
}

const newestFirst = (a: Order, b: Order) => (a.orderId < b.orderId ? 1 : -1)

/** @param arranged the heads, newest first, in the order of the list */
export function orderRows(
  orders: readonly Order[],
  arranged: (heads: readonly Order[]) => readonly Order[] = (heads) => heads,
): readonly OrderRow[] {
  const ids = new Set(orders.map(({ orderId }) => orderId))
  const sorted = [...orders].sort(newestFirst)
  // Take profit before stop loss: the older of the two.
  const heads = sorted.filter((order) => headOf(order, sorted, ids) === order.orderId)
  return arranged(heads).flatMap((head) => [
    { order: head, isUnder: false },
    ...sorted
      .filter((order) => order !== head && headOf(order, sorted, ids) === head.orderId)
      .reverse()
      .map((order) => ({ order, isUnder: true })),
  ])
}

/** The order it is listed under: its entry while that is open, else the first of its group. */
function headOf(order: Order, orders: readonly Order[], ids: ReadonlySet<string>): string {
  if (order.parentOrderId !== undefined && ids.has(order.parentOrderId)) return order.parentOrderId
  if (order.groupId === undefined || order.role === undefined) return order.orderId
  const group = orders.filter(({ groupId, role }) => groupId === order.groupId && role !== undefined)
  return group.at(-1)?.orderId ?? order.orderId
}
