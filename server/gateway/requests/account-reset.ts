import { readCents } from '../../feed/account/order-decimals.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { checked } from './read-field.ts'
import { commandIdOf } from './request-id.ts'
import { accountOf, type Relay } from './request.ts'

export const accountReset =
  (exchange: ExchangeRequests): Relay<'account.reset'> =>
  ({ startingCash, requestId }, requester) =>
    exchange.ask({
      request: {
        event: 'account.reset',
        account: accountOf(requester),
        startingCents: checked(readCents('startingCash', startingCash)),
      },
      commandId: commandIdOf(requestId),
      receivedAtMs: requester.receivedAtMs,
    })
