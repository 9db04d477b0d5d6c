import type { AmendOrder } from '@valiant/shared/protocol/order'
import { withoutTrailingZeros } from '@valiant/shared/units/decimal'
import type { AmendOrderRequest } from '../../bus/exchange-request.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { bothTrails } from './order-prices.ts'
import { referenceOf } from './order-reference.ts'
import { commandIdOf } from './request-id.ts'
import { accountOf, type Relay } from './request.ts'

/** Decimals are passed on as text: only the exchange knows the instrument of the order. */
export const orderAmend =
  (exchange: ExchangeRequests): Relay<'order.amend'> =>
  (payload, requester) => {
    const account = accountOf(requester)
    const { orderId, clientOrderId, validUntil, requestId } = payload
    return exchange.ask({
      request: {
        event: 'order.amend',
        account,
        ...referenceOf({ orderId, clientOrderId }, account),
        ...changesOf(payload),
        ...(validUntil !== undefined && { validUntilMs: validUntil }),
      },
      commandId: commandIdOf(requestId),
      receivedAtMs: requester.receivedAtMs,
    })
  }

/** Normalized, so that "10" and "10.0" are the same request. @throws {RequestFailure} INVALID, for both kinds of trail */
function changesOf({ qty, limitPrice, stopPrice, trailAmount, trailPercent }: AmendOrder): Changes {
  if (trailAmount !== undefined && trailPercent !== undefined) throw bothTrails(trailPercent)
  const given = Object.entries({ qty, limitPrice, stopPrice, trailAmount, trailPercent })
  return Object.fromEntries(
    given.flatMap(([field, text]) => (text === undefined ? [] : [[field, withoutTrailingZeros(text)]])),
  )
}

type Changes = Pick<AmendOrderRequest, 'qty' | 'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent'>
