import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { OrderType } from '@valiant/shared/protocol/fields'
import type { CloseReason, Order } from '@valiant/shared/protocol/order'
import { withoutTrailingZeros } from '@valiant/shared/units/decimal'
import { grouped, MISSING } from '#lib/ui/format.ts'

/* How the screens describe an order. */

export const TYPE_NAMES: Readonly<Record<OrderType, string>> = {
  market: 'Market',
  limit: 'Limit',
  stop: 'Stop',
  stop_limit: 'Stop limit',
  trailing_stop: 'Trailing stop',
}

/** The kind of an order: exits are named after their purpose, all others after their type. */
export function kindOf({ type, role }: Pick<Order, 'type' | 'role'>): string {
  if (role === 'take_profit') return 'Take profit'
  return role === 'stop_loss' ? 'Stop loss' : TYPE_NAMES[type]
}

/** The kind of an order, followed by its options. */
export function typeText(order: Pick<Order, 'type' | 'role' | 'postOnly' | 'reduceOnly'>): string {
  const isPlainReducer = order.reduceOnly && order.role === undefined
  return kindOf(order) + (order.postOnly ? ', post only' : '') + (isPlainReducer ? ', reduce only' : '')
}

/** The distance at which a trailing stop follows the market: "2%" or "1.50". */
export const trailText = ({ trailAmount, trailPercent }: Pick<Order, 'trailAmount' | 'trailPercent'>): string =>
  trailPercent !== undefined ? `${grouped(withoutTrailingZeros(trailPercent))}%` : grouped(trailAmount ?? '')

/** The limit, the trigger, or both: "183.60", "180.50, then 180.00", "180.50, trails by 2%". */
export function priceText(order: Order): string {
  const limit = order.limitPrice === undefined ? undefined : grouped(order.limitPrice)
  const stop = order.stopPrice === undefined ? undefined : grouped(order.stopPrice)
  if (order.type === 'trailing_stop') {
    return stop === undefined ? `trails by ${trailText(order)}` : `${stop}, trails by ${trailText(order)}`
  }
  if (stop === undefined) return limit ?? MISSING
  return limit === undefined ? stop : `${stop}, then ${limit}`
}

/** The price at which a chart draws the order: its trigger while it waits, its limit once it is in the book. */
export function linePriceOf(order: Order): string | undefined {
  const isWaiting = order.status === 'untriggered' || order.status === 'held'
  return isWaiting ? (order.stopPrice ?? order.limitPrice) : order.limitPrice
}

const CANCELED: Readonly<Partial<Record<CloseReason, string>>> = {
  ioc_remainder: 'none left at its price',
  no_liquidity: 'none on offer',
  self_trade: 'it met your own order',
  replaced: 'replaced',
  sibling_filled: 'the other exit came first',
  parent_closed: 'its entry ended',
  dead_man: 'connection lost',
  reduce_only: 'nothing left to reduce',
  liquidation: 'liquidation',
  halt: 'halted',
  reset: 'account reset',
  admin: 'by the exchange',
}

const REFUSED: Readonly<Partial<Record<ErrorCode, string>>> = {
  INSUFFICIENT_FUNDS: 'not enough cash',
  INSUFFICIENT_POSITION: 'more than was held',
  INSUFFICIENT_MARGIN: 'not enough margin',
  SHORT_NOT_ALLOWED: 'no short sales',
  PRICE_BAND: 'too far from the market',
  POST_ONLY_WOULD_CROSS: 'it would have filled at once',
  NO_LIQUIDITY: 'none on offer',
  FOK_NOT_FILLABLE: 'it could not be filled whole',
  REDUCE_ONLY_WOULD_INCREASE: 'nothing to reduce',
  STOP_WOULD_TRIGGER: 'its trigger was reached already',
  MIN_NOTIONAL: 'too small',
  MAX_OPEN_ORDERS: 'too many open orders',
  SELF_TRADE: 'it met your own order',
  MARKET_HALTED: 'halted',
  MARKET_CLOSED: 'closed',
  LIQUIDATING: 'liquidation',
}

/** The status of an order in plain words. */
export function statusOf({ status, reason, rejectCode }: Pick<Order, 'status' | 'reason' | 'rejectCode'>): string {
  switch (status) {
    case 'open':
      return 'Open'
    case 'partially_filled':
      return 'Partly filled'
    case 'filled':
      return 'Filled'
    case 'rejected':
      return withReason('Refused', rejectCode && REFUSED[rejectCode])
    case 'expired':
      return 'Expired'
    case 'held':
      return 'Waits for its entry'
    case 'untriggered':
      return 'Waits for its price'
    case 'canceled':
      return withReason('Cancelled', reason && CANCELED[reason])
  }
}

const withReason = (status: string, reason: string | undefined): string =>
  reason === undefined ? status : `${status}, ${reason}`

/** A sentence that says why an order ended before it was completely filled. */
export function endSentence({ reason, side, limitPrice }: Pick<Order, 'reason' | 'side' | 'limitPrice'>): string {
  const wanted = side === 'buy' ? 'on offer' : 'wanted'
  switch (reason) {
    case 'ioc_remainder':
      return limitPrice === undefined
        ? `No more was ${wanted}.`
        : `No more was ${wanted} at ${grouped(limitPrice)} or better.`
    case 'no_liquidity':
      return `No more was ${wanted}.`
    case 'self_trade':
      return 'It met an order of your own.'
    case 'user':
    case 'cancel_all':
      return 'You cancelled the order.'
    case 'replaced':
      return 'Another order took its place.'
    case 'sibling_filled':
      return 'The other exit came first.'
    case 'parent_closed':
      return 'Its entry ended without a fill.'
    case 'dead_man':
      return 'It was cancelled as the connection was lost.'
    case 'day_end':
      return 'Its day ended.'
    case 'gtd':
      return 'Its time was over.'
    case 'reduce_only':
      return 'Nothing was left to reduce.'
    case 'liquidation':
      return 'It was cancelled by the liquidation.'
    case 'halt':
      return 'The instrument was halted.'
    case 'reset':
      return 'The account was reset.'
    case 'admin':
      return 'The exchange cancelled it.'
    case undefined:
      return 'The order was cancelled.'
  }
}
