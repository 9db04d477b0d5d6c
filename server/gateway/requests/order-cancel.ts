import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { referenceOf } from './order-reference.ts'
import { commandIdOf } from './request-id.ts'
import { accountOf, type Relay } from './request.ts'

export const orderCancel =
  (exchange: ExchangeRequests): Relay<'order.cancel'> =>
  ({ requestId, ...reference }, requester) => {
    const account = accountOf(requester)
    return exchange.ask({
      request: { event: 'order.cancel', account, ...referenceOf(reference, account) },
      commandId: commandIdOf(requestId),
      receivedAtMs: requester.receivedAtMs,
    })
  }
