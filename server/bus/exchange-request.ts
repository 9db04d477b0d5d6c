/**
 * What a gateway asks of the exchange: parsed, in ticks, lots and cents. It travels as JSON, so it holds nothing else.
 * `account` is the account's number.
 */
export interface PlaceOrderRequest {
  readonly event: 'order.place' | 'order.preview'
  readonly account: number
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly type: 'market' | 'limit'
  readonly lots: number
  /** 0 for a market order. */
  readonly limitTicks: number
  readonly timeInForce: 'gtc' | 'ioc' | 'fok'
  readonly postOnly: boolean
  readonly selfTrade: 'cancel_maker' | 'cancel_taker' | 'cancel_both'
  readonly source: 'web' | 'api'
  readonly tag?: string
  /** Wall time in ms after which the exchange must not take it up. */
  readonly validUntilMs: number
}

/** One order by its running number or the client's id. */
export interface OrderReferenceRequest {
  readonly event: 'order.cancel' | 'order.get'
  readonly account: number
  readonly number?: number
  readonly clientOrderId?: string
}

export interface CancelAllRequest {
  readonly event: 'order.cancelAll'
  readonly account: number
  readonly symbol?: string
  readonly side?: 'buy' | 'sell'
}

export interface AccountRequest {
  readonly event: 'account'
  readonly account: number
}

/** Opens the first account of a user; safe to send again, since the user's id is the request's. */
export interface OpenAccountRequest {
  readonly event: 'accounts.create'
  readonly userId: string
  readonly name: string
  readonly startingCents: number
}

export type ExchangeRequest =
  PlaceOrderRequest | OrderReferenceRequest | CancelAllRequest | AccountRequest | OpenAccountRequest
