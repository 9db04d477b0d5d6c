import type { Order as WireOrder } from '@valiant/shared/protocol/order'
import { formatCents } from '@valiant/shared/units/cents'
import { formatSteps, withoutTrailingZeros } from '@valiant/shared/units/decimal'
import { idText } from '@valiant/shared/units/id'
import type { Order } from '../../engine/state.ts'
import { BASIS_POINT } from './order-decimals.ts'
import { averagePrice, type WireInstrument } from './wire-instrument.ts'

/** An account's id on the wire: number 0 of the account, before those of its orders. */
export const accountId = (account: number): string => idText(account, 0)

/**
 * Converts an order to its wire format.
 * @param queueAheadLots lots ahead of it at its price, for an order in the book, if known
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
    ...(order.expireAtMs !== undefined && { expireAt: order.expireAtMs }),
    qty: formatSteps(order.lots, lot),
    filledQty: formatSteps(order.filledLots, lot),
    remainingQty: formatSteps(isClosed ? 0 : order.lots - order.filledLots, lot),
    avgPrice:
      order.filledLots === 0 ? null : averagePrice(BigInt(order.filledTickLots), BigInt(order.filledLots), tick),
    ...pricesOf(order, instrument),
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    status: order.status,
    ...(order.reason !== undefined && { reason: order.reason }),
    ...(order.rejectCode !== undefined && { rejectCode: order.rejectCode }),
    ...(order.groupNumber !== undefined && { groupId: idText(order.account, order.groupNumber) }),
    ...(order.role !== undefined && { role: order.role }),
    ...(order.parentNumber !== undefined && { parentOrderId: idText(order.account, order.parentNumber) }),
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

/** Prices that an order's type does not have are 0 in the engine and absent on the wire. */
function pricesOf(
  { limitTicks, stopTicks, trailTicks, trailBps, highWaterTicks }: Readonly<Order>,
  { tick }: WireInstrument,
): Pick<WireOrder, 'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent' | 'highWater'> {
  return {
    ...(limitTicks > 0 && { limitPrice: formatSteps(limitTicks, tick) }),
    ...(stopTicks > 0 && { stopPrice: formatSteps(stopTicks, tick) }),
    ...(trailTicks > 0 && { trailAmount: formatSteps(trailTicks, tick) }),
    ...(trailBps > 0 && { trailPercent: withoutTrailingZeros(formatSteps(trailBps, BASIS_POINT)) }),
    ...(highWaterTicks > 0 && { highWater: formatSteps(highWaterTicks, tick) }),
  }
}
