import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { type InstrumentOf, knownInstrument } from './history.ts'
import { exitsOf } from './order-exits.ts'
import { partOf } from './order-quantity.ts'
import { forbid } from './read-field.ts'
import { commandIdOf } from './request-id.ts'
import { accountOf, type Relay } from './request.ts'

export const positionProtect =
  ({ exchange, instrumentOf }: { exchange: ExchangeRequests; instrumentOf: InstrumentOf }): Relay<'position.protect'> =>
  ({ symbol, qty, takeProfit, stopLoss, validUntil, requestId }, requester) => {
    const instrument = knownInstrument(symbol, instrumentOf)
    if (takeProfit === undefined && stopLoss === undefined) forbid('qty', qty, 'where no exit is asked for')
    return exchange.ask({
      request: {
        event: 'position.protect',
        account: accountOf(requester),
        symbol,
        ...partOf(qty, instrument),
        ...exitsOf({ takeProfit, stopLoss }, instrument),
        source: requester.source,
        ...(validUntil !== undefined && { validUntilMs: validUntil }),
      },
      commandId: commandIdOf(requestId),
      receivedAtMs: requester.receivedAtMs,
    })
  }
