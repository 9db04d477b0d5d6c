import type { CancelAllOrders, CancelOrder, OrderReference } from '../command.ts'
import type { CancelAllOrdersResult, CancelOrderResult } from '../command-result.ts'
import type { Cause } from '../event.ts'
import type { CloseReason, Order } from '../state.ts'
import { closeOrder } from './closing.ts'
import { isOpen, type NaiveState, ordersOf } from './state.ts'

export const referredTo = (state: NaiveState, account: number, reference: OrderReference): Order | undefined =>
  ordersOf(state, account).find((order) =>
    'number' in reference ? order.number === reference.number : order.clientOrderId === reference.clientOrderId,
  )

export function cancel(state: NaiveState, command: CancelOrder): CancelOrderResult {
  const order = referredTo(state, command.account, command.order)
  if (order === undefined) return { kind: command.kind, ok: false, code: 'NOT_FOUND' }
  closeOrder(state, order, 'canceled', 'user')
  return { kind: command.kind, ok: true, order }
}

export function cancelAll(state: NaiveState, command: CancelAllOrders): CancelAllOrdersResult {
  const { kind, account, symbol, side, abandoned } = command
  const chosen = ordersOf(state, account, symbol)
    .filter((order) => side === undefined || order.side === side)
    .filter(({ status, reduceOnly }) => abandoned !== true || !reduceOnly || status !== 'untriggered')
  return { kind, ok: true, orders: cancelEach(state, chosen, abandoned === true ? 'dead_man' : 'cancel_all') }
}

/** Cancels orders, oldest first. The result includes the legs that are canceled with an entry. */
export function cancelEach(state: NaiveState, chosen: readonly Order[], reason: CloseReason, why?: Cause): Order[] {
  const before = [...state.orders]
  for (const order of [...chosen].sort((a, b) => a.account - b.account || a.number - b.number)) {
    if (isOpen(order)) closeOrder(state, order, 'canceled', reason, why)
  }
  return before.filter((order) => !isOpen(order)).sort((a, b) => a.account - b.account || a.number - b.number)
}
