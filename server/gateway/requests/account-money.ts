import { readCents } from '../../feed/account/order-decimals.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { checked } from './read-field.ts'
import { commandIdOf } from './request-id.ts'
import { accountOf, type Relay } from './request.ts'

/** A deposit or withdrawal. */
export const moveMoney =
  <Event extends 'account.deposit' | 'account.withdraw'>(event: Event, exchange: ExchangeRequests): Relay<Event> =>
  ({ amount, requestId }, requester) =>
    exchange.ask({
      request: { event, account: accountOf(requester), cents: checked(readCents('amount', amount)) },
      commandId: commandIdOf(requestId),
      receivedAtMs: requester.receivedAtMs,
    })
