import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import type { InstrumentOf } from './history.ts'
import { orderRequestOf } from './order-fields.ts'
import type { Relay } from './request.ts'

export const orderPlace =
  ({ exchange, instrumentOf }: { exchange: ExchangeRequests; instrumentOf: InstrumentOf }): Relay<'order.place'> =>
  (payload, requester) =>
    exchange.ask({
      request: orderRequestOf('order.place', payload, { requester, instrumentOf }),
      commandId: `o:${payload.clientOrderId}`,
      receivedAtMs: requester.receivedAtMs,
    })
