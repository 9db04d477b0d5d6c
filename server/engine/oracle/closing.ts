import type { Cause } from '../event.ts'
import type { CloseReason, Order } from '../state.ts'
import { change, marketOf, type NaiveState, ordersOf } from './state.ts'

/** Closes an order, and with an unfilled entry its legs. */
export function closeOrder(
  state: NaiveState,
  order: Order,
  status: 'filled' | 'canceled' | 'expired',
  reason?: CloseReason,
  why?: Cause,
): void {
  takeOut(state, order)
  state.orders = state.orders.filter((one) => one !== order)
  state.triggered = state.triggered.filter((one) => one !== order)
  order.status = status
  order.reason = reason
  order.closedAtMs = state.nowMs
  order.heldCents = 0
  change(state, order, why)
  state.reportedHighWater.delete(order)
  if (order.filledLots > 0) return
  for (const leg of legsOf(state, order)) {
    if (leg.status === 'held') closeOrder(state, leg, 'canceled', 'parent_closed', why)
  }
}

/** Removes an order from the book, if it is there. */
export function takeOut(state: NaiveState, order: Order): void {
  const market = marketOf(state, order.symbol)
  market.resting = market.resting.filter((resting) => !('order' in resting) || resting.order !== order)
}

/** The open legs of an entry, take profit first. */
export const legsOf = (state: NaiveState, entry: Order): Order[] =>
  ordersOf(state, entry.account).filter((leg) => leg.parentNumber === entry.number)

/** The other order of its group, while that is open. */
export const siblingOf = (state: NaiveState, leg: Order): Order | undefined =>
  ordersOf(state, leg.account).find(
    (one) => leg.groupNumber !== undefined && one.groupNumber === leg.groupNumber && one !== leg,
  )
