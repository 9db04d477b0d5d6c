import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { accountOf, type Relay } from './request.ts'

export const account =
  (exchange: ExchangeRequests): Relay<'account'> =>
  (_payload, requester) =>
    exchange.ask({
      request: { event: 'account', account: accountOf(requester) },
      receivedAtMs: requester.receivedAtMs,
    })
