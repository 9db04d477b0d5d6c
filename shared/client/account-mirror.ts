import type { AccountFrame, AccountSnapshot, Position } from '../protocol/account.ts'
import type { Order } from '../protocol/order.ts'

const CLOSED: readonly string[] = ['filled', 'canceled', 'expired', 'rejected']

/** Whether an order has reached a final status. */
export const isClosed = (order: Order): boolean => CLOSED.includes(order.status)

const isFlat = (position: Position): boolean => /^-?0+(\.0+)?$/.test(position.qty)

function replaced<Item>(
  items: readonly Item[],
  changed: readonly Item[],
  key: (item: Item) => string,
): Map<string, Item> {
  const all = new Map(items.map((item) => [key(item), item]))
  for (const item of changed) all.set(key(item), item)
  return all
}

/** The account after a frame; closed orders and flat positions are removed. */
export function accountAfter(before: AccountSnapshot, frame: AccountFrame): AccountSnapshot {
  const orders = replaced(before.openOrders, frame.orders, (order) => order.orderId)
  const positions = replaced(before.positions, frame.positions, (position) => position.symbol)
  return {
    seq: frame.seq,
    account: frame.balance,
    openOrders: [...orders.values()].filter((order) => !isClosed(order)),
    positions: [...positions.values()].filter((position) => !isFlat(position)),
  }
}

/** Whether to apply a frame, ignore it (already known), or request the whole account (a frame is missing). */
export function followOf(snapshot: AccountSnapshot, frame: AccountFrame): 'apply' | 'known' | 'gap' {
  if (frame.seq <= snapshot.seq) return 'known'
  return frame.seq === snapshot.seq + 1 ? 'apply' : 'gap'
}
