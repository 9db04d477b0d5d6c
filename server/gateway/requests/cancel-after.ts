import { CANCEL_AFTER_MS_MIN } from '@valiant/shared/protocol/limits'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { invalid } from '../answering/wire-error.ts'
import { type InstrumentOf, knownInstrument } from './history.ts'
import { commandIdOf } from './request-id.ts'
import { accountOf, type Relay } from './request.ts'

export const cancelAfter =
  ({ exchange, instrumentOf }: { exchange: ExchangeRequests; instrumentOf: InstrumentOf }): Relay<'cancelAfter'> =>
  ({ timeoutMs, symbols, keepProtective = true, requestId }, requester) => {
    if (timeoutMs > 0 && timeoutMs < CANCEL_AFTER_MS_MIN) {
      throw invalid('timeoutMs', 'min', { expected: `0, or at least ${CANCEL_AFTER_MS_MIN}`, found: String(timeoutMs) })
    }
    for (const [index, symbol] of (symbols ?? []).entries()) knownInstrument(symbol, instrumentOf, `symbols.${index}`)
    return exchange.ask({
      request: {
        event: 'cancelAfter',
        account: accountOf(requester),
        timeoutMs,
        // Sorted, so that the same symbols are the same request.
        ...(symbols !== undefined && { symbols: [...new Set(symbols)].sort() }),
        keepProtective,
      },
      commandId: commandIdOf(requestId),
      receivedAtMs: requester.receivedAtMs,
    })
  }
