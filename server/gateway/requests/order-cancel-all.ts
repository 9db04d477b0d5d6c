import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { assertListed, type InstrumentOf } from './history.ts'
import { commandIdOf } from './request-id.ts'
import { accountOf, type Relay } from './request.ts'

export const orderCancelAll =
  ({ exchange, instrumentOf }: { exchange: ExchangeRequests; instrumentOf: InstrumentOf }): Relay<'order.cancelAll'> =>
  ({ requestId, symbol, side }, requester) => {
    const account = accountOf(requester)
    assertListed(symbol, instrumentOf)
    return exchange.ask({
      request: {
        event: 'order.cancelAll',
        account,
        ...(symbol !== undefined && { symbol }),
        ...(side !== undefined && { side }),
      },
      commandId: commandIdOf(requestId),
      receivedAtMs: requester.receivedAtMs,
    })
  }
