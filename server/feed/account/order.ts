import type { Order as WireOrder } from '@valiant/shared/protocol/order'
import { formatCents } from '@valiant/shared/units/cents'
import { formatSteps } from '@valiant/shared/units/decimal'
import { idText } from '@valiant/shared/units/id'
import type { Order } from '../../engine/state.ts'
import { averagePrice, type WireInstrument } from './wire-instrument.ts'

/** An account's id on the wire: its first id number, before that of any order. */
export const accountId = (account: number): string => idText(account, 0)

/**
 * An order as the wire shows it.
 * @param queueAheadLots what stands before it at its price, for an order in the book, where it is known
 */
export function toWireOrder(order: Readonly<Order>, instrument: WireInstrument, queueAheadLots?: number): WireOrder {
  const { tick, lot } = instrument
  const isClosed = order.closedAtMs !== undefined
  return {
    orderId: idText(order.account, order.number),
    clientOrderId: order.clientOrderId,
    accountId: accountId(order.account),
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    qty: formatSteps(order.lots, lot),
    filledQty: formatSteps(order.filledLots, lot),
    remainingQty: formatSteps(isClosed ? 0 : order.lots - order.filledLots, lot),
    avgPrice:
      order.filledLots === 0 ? null : averagePrice(BigInt(order.filledTickLots), BigInt(order.filledLots), tick),
    ...(order.type === 'limit' && { limitPrice: formatSteps(order.limitTicks, tick) }),
    postOnly: order.postOnly,
    reduceOnly: false,
    status: order.status,
    ...(order.reason !== undefined && { reason: order.reason }),
    ...(order.rejectCode !== undefined && { rejectCode: order.rejectCode }),
    feesPaid: formatCents(order.feesPaidCents),
    ...(queueAheadLots !== undefined && !isClosed && { queueAhead: formatSteps(queueAheadLots, lot) }),
    ...(order.tag !== undefined && { tag: order.tag }),
    source: order.source,
    version: order.version,
    createdAt: order.createdAtMs,
    updatedAt: order.updatedAtMs,
    ...(order.closedAtMs !== undefined && { closedAt: order.closedAtMs }),
  }
}
