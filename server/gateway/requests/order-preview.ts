import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import type { InstrumentOf } from './history.ts'
import { orderRequestOf } from './order-fields.ts'
import type { Relay } from './request.ts'

export const orderPreview =
  ({ exchange, instrumentOf }: { exchange: ExchangeRequests; instrumentOf: InstrumentOf }): Relay<'order.preview'> =>
  (payload, requester) =>
    exchange.ask({
      request: orderRequestOf('order.preview', { clientOrderId: '', ...payload }, { requester, instrumentOf }),
      receivedAtMs: requester.receivedAtMs,
    })
