import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { invalid } from '../answering/wire-error.ts'
import { commandIdOf } from './request-id.ts'
import { accountOf, type Relay } from './request.ts'

export const accountUpdate =
  (exchange: ExchangeRequests): Relay<'account.update'> =>
  ({ name, mode, requestId }, requester) => {
    if (name === undefined && mode === undefined) {
      throw invalid('name', 'required', { expected: 'name or mode', found: 'neither' })
    }
    return exchange.ask({
      request: {
        event: 'account.update',
        account: accountOf(requester),
        ...(name !== undefined && { name }),
        ...(mode !== undefined && { mode }),
      },
      commandId: commandIdOf(requestId),
      receivedAtMs: requester.receivedAtMs,
    })
  }
