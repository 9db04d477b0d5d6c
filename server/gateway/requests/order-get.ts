import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { referenceOf } from './order-reference.ts'
import { accountOf, type Relay } from './request.ts'

/** Asks the exchange in the order of all commands, so that NOT_FOUND after an order's `finalAt` is final. */
export const orderGet =
  (exchange: ExchangeRequests): Relay<'order.get'> =>
  (payload, requester) => {
    const account = accountOf(requester)
    return exchange.ask({
      request: { event: 'order.get', account, ...referenceOf(payload, account) },
      receivedAtMs: requester.receivedAtMs,
    })
  }
