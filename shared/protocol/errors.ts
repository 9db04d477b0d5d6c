/**
 * Every code a client can meet: the HTTP status it has over REST, whether the same request may succeed later, what it
 * means and what helps. `/docs/errors` is made of this table.
 */
interface ErrorMeaning {
  readonly status: number
  readonly retryable: boolean
  readonly cause: string
  readonly cure: string
}

export const ERRORS = {
  INVALID: {
    status: 400,
    retryable: false,
    cause: 'The request does not have the form that the protocol asks for.',
    cure: 'Correct the field that `field` names; `details.expected` says what belongs there.',
  },
  UNAUTHENTICATED: {
    status: 401,
    retryable: false,
    cause: 'The request needs an account, and this connection has none.',
    cure: 'Sign in as a guest or with e-mail, or give an API key, and connect again.',
  },
  FORBIDDEN: {
    status: 403,
    retryable: false,
    cause: 'This session or key may not do that, or the request came from a foreign page.',
    cure: 'Use a key with the scope that is missing, and the address of the exchange itself.',
  },
  NOT_FOUND: {
    status: 404,
    retryable: false,
    cause: 'Nothing of that name or id belongs to this account.',
    cure: 'Look the id up in your list of orders.',
  },
  RATE_LIMITED: {
    status: 429,
    retryable: true,
    cause: 'More requests than the limit in `welcome.limits`.',
    cure: 'Wait for `retryAfterMs`, then send again. Cancels have a bucket of their own.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    retryable: false,
    cause: 'The frame is larger than the limit.',
    cure: 'Send less in one frame.',
  },
  TOO_MANY_SUBSCRIPTIONS: {
    status: 429,
    retryable: false,
    cause: 'This socket is subscribed to as much as it may be.',
    cure: 'Unsubscribe from what is not shown.',
  },
  UNAVAILABLE: {
    status: 503,
    retryable: true,
    cause: 'The exchange takes no requests for the moment. Nothing was executed and never will be.',
    cure: 'Send again after `retryAfterMs`.',
  },
  TIMEOUT: {
    status: 504,
    retryable: true,
    cause: 'No answer came in time; the order may live, but cannot begin to after `finalAt`.',
    cure: 'Send the same id again, or ask `order.get` after `finalAt`: its NOT_FOUND is then final.',
  },
  INTERNAL: {
    status: 500,
    retryable: true,
    cause: 'A fault of the server; where `outcome` is `unknown` the order may live.',
    cure: 'Send the same id again, or ask `order.get`.',
  },
  INSUFFICIENT_FUNDS: {
    status: 422,
    retryable: false,
    cause: 'The order or withdrawal needs more cash than is free.',
    cure: 'Buy or withdraw less, cancel an open order, or deposit.',
  },
  INSUFFICIENT_POSITION: {
    status: 422,
    retryable: false,
    cause: 'The sale is larger than the part of the position that no other order binds.',
    cure: 'Sell less, or cancel the sale that binds it.',
  },
  INSUFFICIENT_MARGIN: {
    status: 422,
    retryable: false,
    cause: 'The order, withdrawal or switch to cash needs more margin than the account has.',
    cure: 'Trade less, close a position, or deposit; back to cash there may be no short and no debt.',
  },
  SHORT_NOT_ALLOWED: {
    status: 422,
    retryable: false,
    cause: 'This instrument, or an account without margin, cannot be sold short.',
    cure: 'Sell no more than the position.',
  },
  PRICE_BAND: {
    status: 422,
    retryable: false,
    cause: 'The price is further from the middle of the market than the band allows.',
    cure: 'Use a price between `details.low` and `details.high`.',
  },
  POST_ONLY_WOULD_CROSS: {
    status: 422,
    retryable: false,
    cause: 'The order is post-only and would have filled at once.',
    cure: 'Use a price on your own side of the market, or send without post-only.',
  },
  NO_LIQUIDITY: {
    status: 422,
    retryable: true,
    cause: 'Nothing inside the price band is on offer.',
    cure: 'Rest a limit order, or try again.',
  },
  FOK_NOT_FILLABLE: {
    status: 422,
    retryable: true,
    cause: 'Not all of the order could be filled at once.',
    cure: 'Ask for `details.fillable`, or use ioc.',
  },
  REDUCE_ONLY_WOULD_INCREASE: {
    status: 422,
    retryable: false,
    cause: 'The order is reduce-only, and there is no position, or not enough of it free, that it could reduce.',
    cure: 'Trade no more than `details.maxQty`.',
  },
  STOP_WOULD_TRIGGER: {
    status: 422,
    retryable: false,
    cause: 'The stop price has already been passed.',
    cure: 'Use a stop price on the other side of the market, or a market order.',
  },
  MIN_NOTIONAL: {
    status: 422,
    retryable: false,
    cause: 'The order is worth less than the instrument allows, or its `notional` is less than one lot.',
    cure: 'Trade for `details.minNotional` or more.',
  },
  MAX_OPEN_ORDERS: {
    status: 422,
    retryable: false,
    cause: 'The account has as many open orders in this instrument as it may have.',
    cure: 'Cancel one.',
  },
  SELF_TRADE: {
    status: 422,
    retryable: false,
    cause: 'The order would only have traded with the account’s own.',
    cure: 'Cancel the resting order, or use another `selfTrade`.',
  },
  DUPLICATE_CLIENT_ORDER_ID: {
    status: 409,
    retryable: false,
    cause: 'This id was used before, for something else.',
    cure: 'Take a new id for a new order; `order` is the one that has it.',
  },
  ORDER_CLOSED: {
    status: 409,
    retryable: false,
    cause: 'The order is filled, canceled, expired or rejected.',
    cure: 'Nothing can be done about it any more; `order` is its last state.',
  },
  REQUEST_EXPIRED: {
    status: 422,
    retryable: true,
    cause: 'The exchange took the order up after its `validUntil`. It was not executed.',
    cure: 'Send again, with a later `validUntil`; check your clock against `time`.',
  },
  MARKET_HALTED: {
    status: 422,
    retryable: true,
    cause: 'The instrument is halted: orders can be canceled, not placed.',
    cure: 'Wait for it to resume.',
  },
  MARKET_CLOSED: {
    status: 422,
    retryable: true,
    cause: 'The instrument is closed.',
    cure: 'Wait for it to open.',
  },
  LIQUIDATING: {
    status: 422,
    retryable: true,
    cause: 'The account is being liquidated: orders can be canceled, not placed.',
    cure: 'Wait until it is over; a deposit may end it.',
  },
} as const satisfies Record<string, ErrorMeaning>

export type ErrorCode = keyof typeof ERRORS
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]

/** Why a socket is closed by the server. */
export const GOODBYE_CODES = [
  'SLOW_CLIENT',
  'RATE_LIMITED',
  'KEY_REVOKED',
  'SIGNED_OUT',
  'REPLACED',
  'SHUTDOWN',
] as const

/** What a field breaks, for `INVALID`. */
export const INVALID_RULES = ['type', 'required', 'unknown', 'tick', 'lot', 'min', 'max', 'format'] as const
export type InvalidRule = (typeof INVALID_RULES)[number]
