/**
 * Whether a refused request is worth repeating unchanged.
 * - `same_id`: later, under the same id. Nothing was recorded, or the recorded answer is the result.
 * - `new_id`: later, but under a new id. The refusal is recorded and will always answer the old id.
 * - `never`: the result would be the same.
 */
export type Retry = 'same_id' | 'new_id' | 'never'

/** The meaning of a code, and what to do about it. `/docs/errors` is generated from this table. */
interface ErrorMeaning {
  /** HTTP status over REST. */
  readonly status: number
  readonly retry: Retry
  readonly cause: string
  readonly cure: string
}

export const ERRORS = {
  INVALID: {
    status: 400,
    retry: 'never',
    cause: 'The request does not match the schema of the protocol.',
    cure: 'Correct the field that `field` names; `details.expected` says what belongs there.',
  },
  UNAUTHENTICATED: {
    status: 401,
    retry: 'never',
    cause: 'The request needs an account, and this connection has none.',
    cure: 'Sign in as a guest or with e-mail, or give an API key, and connect again.',
  },
  FORBIDDEN: {
    status: 403,
    retry: 'never',
    cause: 'This session or key may not do that, or the request came from another site.',
    cure: 'Use a key with the missing scope, and send from the origin of the exchange.',
  },
  NOT_FOUND: {
    status: 404,
    retry: 'never',
    cause: 'This account has nothing of that name or id.',
    cure: 'Look the id up in your list of orders.',
  },
  RATE_LIMITED: {
    status: 429,
    retry: 'same_id',
    cause: 'More requests than `welcome.limits` allows.',
    cure: 'Wait for `retryAfterMs`, then send again. Cancels have a bucket of their own.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    retry: 'never',
    cause: 'The frame is larger than the limit.',
    cure: 'Send less in one frame.',
  },
  TOO_MANY_SUBSCRIPTIONS: {
    status: 429,
    retry: 'never',
    cause: 'This socket has as many subscriptions as it may have.',
    cure: 'Unsubscribe from what you no longer need.',
  },
  UNAVAILABLE: {
    status: 503,
    retry: 'same_id',
    cause: 'The exchange takes no requests at the moment. This one was not executed and never will be.',
    cure: 'Send again after `retryAfterMs`.',
  },
  TIMEOUT: {
    status: 504,
    retry: 'same_id',
    cause: 'No answer came in time: the order may have been accepted; it cannot execute after `finalAt`.',
    cure: 'Send the same id again, or ask `order.get` after `finalAt`: its NOT_FOUND is then final.',
  },
  INTERNAL: {
    status: 500,
    retry: 'same_id',
    cause: 'The server failed; where `outcome` is `unknown`, the order may have been accepted.',
    cure: 'Send the same id again, or ask `order.get`.',
  },
  INSUFFICIENT_FUNDS: {
    status: 422,
    retry: 'never',
    cause: 'The order or withdrawal needs more cash than is available.',
    cure: 'Buy or withdraw less, cancel an open order, or deposit.',
  },
  INSUFFICIENT_POSITION: {
    status: 422,
    retry: 'never',
    cause: 'The order sells more than the part of the position that other orders leave free.',
    cure: 'Sell less, or cancel the order that holds the rest.',
  },
  INSUFFICIENT_MARGIN: {
    status: 422,
    retry: 'never',
    cause: 'The order or the switch to cash needs more margin than the account has.',
    cure: 'Trade less, close a position, or deposit. Switching to cash takes an account without short positions or debt, whose cash and positions cover its open orders.',
  },
  SHORT_NOT_ALLOWED: {
    status: 422,
    retry: 'never',
    cause: 'The instrument cannot be sold short, or the account has no margin.',
    cure: 'Sell no more than the position holds.',
  },
  PRICE_BAND: {
    status: 422,
    retry: 'never',
    cause: 'The price is further from the middle of the market than the price band allows.',
    cure: 'Use a price between `details.low` and `details.high`.',
  },
  POST_ONLY_WOULD_CROSS: {
    status: 422,
    retry: 'never',
    cause: 'The order is post-only and would have filled at once.',
    cure: 'Use a price on your own side of the market, or send without post-only.',
  },
  NO_LIQUIDITY: {
    status: 422,
    retry: 'new_id',
    cause: 'The book has nothing to match inside the price band.',
    cure: 'Place a limit order, or try again later under a new id.',
  },
  FOK_NOT_FILLABLE: {
    status: 422,
    retry: 'new_id',
    cause: 'Not all of the order could be filled at once.',
    cure: 'Reduce the quantity to `details.fillable`, or use IOC, under a new id.',
  },
  REDUCE_ONLY_WOULD_INCREASE: {
    status: 422,
    retry: 'never',
    cause: 'The order is reduce-only and larger than the part of the position that it could reduce.',
    cure: 'Trade no more than `details.maxQty`.',
  },
  STOP_WOULD_TRIGGER: {
    status: 422,
    retry: 'never',
    cause: 'The stop price has already been passed.',
    cure: 'Use a stop price on the other side of the market, or a market order.',
  },
  MIN_NOTIONAL: {
    status: 422,
    retry: 'never',
    cause: 'The order is worth less than the instrument allows, or its `notional` is less than one lot.',
    cure: 'Trade for `details.minNotional` or more.',
  },
  MAX_OPEN_ORDERS: {
    status: 422,
    retry: 'never',
    cause: 'The account has as many open orders in this instrument as the limit allows.',
    cure: 'Cancel one of them.',
  },
  SELF_TRADE: {
    status: 422,
    retry: 'never',
    cause: 'The order would have traded only with orders of the same account.',
    cure: 'Cancel the resting order, or use another `selfTrade`.',
  },
  DUPLICATE_CLIENT_ORDER_ID: {
    status: 409,
    retry: 'never',
    cause: 'This id was used before, for something else.',
    cure: 'Use a new id for a new order; `order` is the one that has this id.',
  },
  ORDER_CLOSED: {
    status: 409,
    retry: 'never',
    cause: 'The order is filled, canceled, expired or rejected.',
    cure: 'It can no longer be changed or canceled; `order` is its final state.',
  },
  REQUEST_EXPIRED: {
    status: 422,
    retry: 'same_id',
    cause: 'The exchange received the request after its `validUntil`. It was not executed.',
    cure: 'Send it again with a later `validUntil`, in milliseconds, and check your clock against `time`.',
  },
  MARKET_HALTED: {
    status: 422,
    retry: 'new_id',
    cause: 'The instrument is halted: orders can be canceled, not placed.',
    cure: 'Wait until it resumes, then send the order under a new id.',
  },
  MARKET_CLOSED: {
    status: 422,
    retry: 'new_id',
    cause: 'The instrument is closed.',
    cure: 'Wait until it opens, then send the order under a new id.',
  },
  LIQUIDATING: {
    status: 422,
    retry: 'new_id',
    cause: 'The account is being liquidated: orders can be canceled, not placed.',
    cure: 'Wait until it is over, then send the order under a new id; a deposit may end it.',
  },
} as const satisfies Record<string, ErrorMeaning>

export type ErrorCode = keyof typeof ERRORS
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]

/** Why the server closes a socket. */
export const GOODBYE_CODES = [
  'SLOW_CLIENT',
  'RATE_LIMITED',
  'KEY_REVOKED',
  'SIGNED_OUT',
  'REPLACED',
  'SHUTDOWN',
] as const

/** The rule that a field breaks, for `INVALID`. */
export const INVALID_RULES = ['type', 'required', 'unknown', 'tick', 'lot', 'min', 'max', 'format'] as const
export type InvalidRule = (typeof INVALID_RULES)[number]
