import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { ORDER_VALID_MS } from '@valiant/shared/protocol/limits'
import type { PlaceOrderRequest } from '../../bus/exchange-request.ts'
import type { ListedInstrument } from '../../instruments.ts'
import { invalid } from '../answering/wire-error.ts'
import { type InstrumentOf, knownInstrument } from './history.ts'
import { exitsOf } from './order-exits.ts'
import { pricesOf } from './order-prices.ts'
import { quantityOf } from './order-quantity.ts'
import { timeInForceOf } from './order-time-in-force.ts'
import { accountOf, type Requester } from './request.ts'

/**
 * An order in ticks, lots and cents, with defaults filled in and only the fields that its type has.
 * @throws {RequestFailure} INVALID, for the first field that its instrument or the other fields do not allow
 */
export function orderRequestOf(
  event: PlaceOrderRequest['event'],
  order: PlaceOrder,
  { requester, instrumentOf }: { requester: Requester; instrumentOf: InstrumentOf },
): PlaceOrderRequest {
  const instrument = knownInstrument(order.symbol, instrumentOf)
  return {
    event,
    account: accountOf(requester),
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    type: typeOf(order, instrument),
    ...quantityOf(order, instrument),
    ...pricesOf(order, instrument),
    ...timeInForceOf(order, instrument, requester.receivedAtMs),
    reduceOnly: reduceOnlyOf(order),
    ...exitsOf(order, instrument),
    selfTrade: order.selfTrade ?? 'cancel_maker',
    source: requester.source,
    ...(order.tag !== undefined && { tag: order.tag }),
    validUntilMs: order.validUntil ?? requester.receivedAtMs + ORDER_VALID_MS,
  }
}

function typeOf({ type }: PlaceOrder, { wire }: ListedInstrument): PlaceOrderRequest['type'] {
  if (wire.orderTypes.includes(type)) return type
  throw invalid('type', 'unknown', { expected: `one of ${wire.orderTypes.join(', ')}`, found: type })
}

/** A reduce-only order opens nothing that an exit could close. */
function reduceOnlyOf({ reduceOnly = false, takeProfit, stopLoss }: PlaceOrder): boolean {
  if (reduceOnly && (takeProfit !== undefined || stopLoss !== undefined)) {
    throw invalid('reduceOnly', 'unknown', {
      expected: 'false for an order with takeProfit or stopLoss',
      found: 'true',
    })
  }
  return reduceOnly
}
