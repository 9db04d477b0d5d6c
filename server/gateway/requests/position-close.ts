import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { type InstrumentOf, knownInstrument } from './history.ts'
import { partOf } from './order-quantity.ts'
import { commandIdOf } from './request-id.ts'
import { accountOf, type Relay } from './request.ts'

export const positionClose =
  ({ exchange, instrumentOf }: { exchange: ExchangeRequests; instrumentOf: InstrumentOf }): Relay<'position.close'> =>
  ({ symbol, qty, validUntil, requestId }, requester) =>
    exchange.ask({
      request: {
        event: 'position.close',
        account: accountOf(requester),
        symbol,
        ...partOf(qty, knownInstrument(symbol, instrumentOf)),
        source: requester.source,
        ...(validUntil !== undefined && { validUntilMs: validUntil }),
      },
      commandId: commandIdOf(requestId),
      receivedAtMs: requester.receivedAtMs,
    })
