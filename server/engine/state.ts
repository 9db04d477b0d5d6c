import type { AccountMode, AccountNumber, OrderSource, OrderType, SelfTrade, Side, TimeInForce } from './command.ts'

/**
 * `held` waits for its entry, `untriggered` for a price; an order is in the book while `open` or `partially_filled`; the
 * other states are for ever.
 */
export type OrderStatus =
  'held' | 'untriggered' | 'open' | 'partially_filled' | 'filled' | 'canceled' | 'expired' | 'rejected'
/** Why an order was canceled; `day_end` and `gtd`: why it expired. */
export type CloseReason =
  | 'user'
  | 'cancel_all'
  | 'replaced'
  | 'ioc_remainder'
  | 'no_liquidity'
  | 'self_trade'
  | 'sibling_filled'
  | 'parent_closed'
  | 'dead_man'
  | 'day_end'
  | 'gtd'
  | 'reduce_only'
  | 'liquidation'
  | 'halt'
  | 'reset'
  | 'admin'
export type LegRole = 'take_profit' | 'stop_loss'

/** Why an order that was understood is refused; the first that holds, in this order. */
export const REJECT_CODES = [
  'LIQUIDATING',
  'MARKET_HALTED',
  'MARKET_CLOSED',
  'MIN_NOTIONAL',
  'MAX_OPEN_ORDERS',
  'PRICE_BAND',
  'STOP_WOULD_TRIGGER',
  'POST_ONLY_WOULD_CROSS',
  'NO_LIQUIDITY',
  'SELF_TRADE',
  'FOK_NOT_FILLABLE',
  'REDUCE_ONLY_WOULD_INCREASE',
  'SHORT_NOT_ALLOWED',
  'INSUFFICIENT_POSITION',
  'INSUFFICIENT_FUNDS',
  'INSUFFICIENT_MARGIN',
] as const
export type RejectCode = (typeof REJECT_CODES)[number]

/** The figures that matter for a refusal, in engine units; the exchange writes them as decimals. */
export interface Rejection {
  readonly code: RejectCode
  readonly requiredCents?: number
  readonly availableCents?: number
  readonly requiredLots?: number
  readonly availableLots?: number
  readonly fillableLots?: number
  readonly lowTicks?: number
  readonly highTicks?: number
  readonly bestTicks?: number
  /** The last trade, which has reached the stop already. */
  readonly lastTicks?: number
  /** The most that would be let through. */
  readonly maxLots?: number
  readonly minCents?: number
  readonly max?: number
}

/**
 * One order of a user. The engine alone writes it; everyone else sees it as `Readonly`, and reads it before the next
 * command, since events refer to the live object.
 */
export interface Order {
  readonly account: AccountNumber
  /** The account's running number: with `account` the order's id. */
  readonly number: number
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly postOnly: boolean
  readonly selfTrade: SelfTrade
  readonly source: OrderSource
  readonly tag: string | undefined
  lots: number
  /** 0 for a type without a limit. */
  limitTicks: number
  /** The price it waits for; of a trailing stop as its water stands; 0 for a type that does not wait. */
  stopTicks: number
  /** Of a trailing stop: one of the two is more than 0. */
  trailTicks: number
  trailBps: number
  /** Of an armed trailing stop: the best trade since, for its side. Else 0. */
  highWaterTicks: number
  /** Market time at which a day or gtd order ends. */
  readonly expireAtMs: number | undefined
  readonly reduceOnly: boolean
  /** Of a leg or an exit. */
  readonly role: LegRole | undefined
  /** The entry of a leg. */
  readonly parentNumber: number | undefined
  /** Orders of one number share a holding, and one cancels the other. */
  readonly groupNumber: number | undefined
  /** The mid when the order arrived, in half ticks (bid + ask); 0 when a side was empty. For the analysis of its cost. */
  readonly arrivalMidHalfTicks: number
  filledLots: number
  /** Sum over fills of ticks × lots: the average price is this over `filledLots`. */
  filledTickLots: number
  /** Sum over fills of value in cents × bps: what fees are rounded from, once, on the running total. */
  feeCentBps: number
  feesPaidCents: number
  /** What the rest of a buy binds: docs/trading-rules.md, 4. */
  heldCents: number
  status: OrderStatus
  reason: CloseReason | undefined
  rejectCode: RejectCode | undefined
  /** The engine's running number of when it took its place in the book or among the waiting; 0 when it never did. */
  priority: number
  version: number
  readonly createdAtMs: number
  updatedAtMs: number
  closedAtMs: number | undefined
}

/** An order as plain data, of its own: the engine's objects change, and answer for some of it by getters. */
export const copyOf = (order: Readonly<Order>): Order => ({
  account: order.account,
  number: order.number,
  clientOrderId: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  timeInForce: order.timeInForce,
  postOnly: order.postOnly,
  selfTrade: order.selfTrade,
  source: order.source,
  tag: order.tag,
  lots: order.lots,
  limitTicks: order.limitTicks,
  stopTicks: order.stopTicks,
  trailTicks: order.trailTicks,
  trailBps: order.trailBps,
  highWaterTicks: order.highWaterTicks,
  expireAtMs: order.expireAtMs,
  reduceOnly: order.reduceOnly,
  role: order.role,
  parentNumber: order.parentNumber,
  groupNumber: order.groupNumber,
  arrivalMidHalfTicks: order.arrivalMidHalfTicks,
  filledLots: order.filledLots,
  filledTickLots: order.filledTickLots,
  feeCentBps: order.feeCentBps,
  feesPaidCents: order.feesPaidCents,
  heldCents: order.heldCents,
  status: order.status,
  reason: order.reason,
  rejectCode: order.rejectCode,
  priority: order.priority,
  version: order.version,
  createdAtMs: order.createdAtMs,
  updatedAtMs: order.updatedAtMs,
  closedAtMs: order.closedAtMs,
})

/** A netted holding; its cost moves with each fill so that realised profit sums to the cash that moved. */
export interface Position {
  readonly account: AccountNumber
  readonly symbol: string
  /** Negative for a short. */
  lots: number
  /** What the lots held cost, fees apart; negative for a short: what selling them brought. */
  costCents: number
  realizedCents: number
  /** Lots of it that orders bind. */
  heldLots: number
}

/** A margin account whose equity runs out is warned, then liquidated. */
export type MarginState = 'ok' | 'warning' | 'liquidating'

/** The dead man's switch of an account; without a time it is off. */
export interface DeadMan {
  readonly account: AccountNumber
  readonly atMs: number | undefined
  readonly symbols: readonly string[] | undefined
  readonly keepProtective: boolean
}

export interface Account {
  readonly account: AccountNumber
  name: string
  mode: AccountMode
  marginState: MarginState
  /**
   * 0 of the exchange's own: what all users together have had from them and given may be more than a double holds, so that
   * only the database sums it.
   */
  cashCents: number
  /** The sum of the `heldCents` of its open orders: what they bind of a cash account's money. */
  heldCents: number
  realizedCents: number
  feesPaidCents: number
  resets: number
  /** Rises by one with each drain of which something changed of the account: the `seq` of its frames. */
  seq: number
  /** Running numbers, the last one used. */
  orderNumber: number
  fillNumber: number
  entryNumber: number
  readonly createdAtMs: number
}
