import { readCents } from '../../feed/account/order-decimals.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { checked } from './read-field.ts'
import { commandIdOf } from './request-id.ts'
import { accountOf, type Relay } from './request.ts'

/** The exchange checks how many a user may have, since only it knows whether this request is a repeat. */
export const accountsCreate =
  (exchange: ExchangeRequests): Relay<'accounts.create'> =>
  ({ name, startingCash, mode = 'cash', requestId }, requester) => {
    const { userId, receivedAtMs } = requester
    if (userId === undefined) throw new Error('only users may send accounts.create')
    return exchange.ask({
      request: {
        event: 'accounts.create',
        account: accountOf(requester),
        userId,
        name,
        startingCents: checked(readCents('startingCash', startingCash)),
        mode,
      },
      commandId: commandIdOf(requestId),
      receivedAtMs,
    })
  }
