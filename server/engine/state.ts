import type { AccountMode, AccountNumber, OrderSource, OrderType, SelfTrade, Side, TimeInForce } from './command.ts'

/**
 * `held` waits for its entry, `untriggered` for a price; an order is in the book while `open` or `partially_filled`;
 * the other states are final.
 */
export type OrderStatus =
  'held' | 'untriggered' | 'open' | 'partially_filled' | 'filled' | 'canceled' | 'expired' | 'rejected'
/** Why an order was canceled, or (`day_end`, `gtd`) why it expired. */
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

/** Why a valid order is refused; the first reason that applies, in this order. */
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

/** The figures of a refusal, in engine units; the exchange converts them to decimals. */
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
  /** The last trade, which has already reached the stop. */
  readonly lastTicks?: number
  /** The largest quantity that would be accepted. */
  readonly maxLots?: number
  readonly minCents?: number
  readonly max?: number
}

/**
 * One order of a user. Only the engine writes it. Others see it as `Readonly` and must read it before the next command,
 * because events refer to the live object.
 */
export interface Order {
  readonly account: AccountNumber
  /** The account's running number; together with `account` the order's id. */
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
  /** 0 for types without a limit. */
  limitTicks: number
  /** The trigger; for a trailing stop, according to its high-water price; 0 for types without one. */
  stopTicks: number
  /** Trailing stops only: exactly one of the two is more than 0. */
  trailTicks: number
  trailBps: number
  /** The best trade price, for its side, since a trailing stop was armed; otherwise 0. */
  highWaterTicks: number
  /** Market time at which a day or gtd order ends. */
  readonly expireAtMs: number | undefined
  readonly reduceOnly: boolean
  /** For legs and exits. */
  readonly role: LegRole | undefined
  /** The entry of a leg. */
  readonly parentNumber: number | undefined
  /** Orders of one group share a holding; when one fills, the other is canceled. */
  readonly groupNumber: number | undefined
  /**
   * The mid price when the order arrived, in half ticks (bid + ask); 0 when a side was empty. For transaction cost
   * analysis.
   */
  readonly arrivalMidHalfTicks: number
  filledLots: number
  /** The sum over fills of ticks × lots: divided by `filledLots`, the average price. */
  filledTickLots: number
  /** The sum over fills of value in cents × bps, from which the total fee is rounded. */
  feeCentBps: number
  feesPaidCents: number
  /** What the rest of a buy holds: docs/trading-rules.md, 4. */
  heldCents: number
  status: OrderStatus
  reason: CloseReason | undefined
  rejectCode: RejectCode | undefined
  /** The engine's running number when it entered the book or was armed; 0 if it never did. */
  priority: number
  version: number
  readonly createdAtMs: number
  updatedAtMs: number
  closedAtMs: number | undefined
}

/** A copy of an order as plain data: the engine's objects change, and have getters for some fields. */
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

/** A net position; its cost changes with each fill so that realized profit equals the cash that moved. */
export interface Position {
  readonly account: AccountNumber
  readonly symbol: string
  /** Negative for a short. */
  lots: number
  /** The cost of the lots held, before fees; for a short, negative: what the sale brought. */
  costCents: number
  realizedCents: number
  /** Lots of it that orders hold. */
  heldLots: number
}

/** A margin account whose equity runs low is warned, then liquidated. */
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
   * 0 for the exchange's own accounts: their totals over all users may exceed a safe integer, so only the database
   * computes them.
   */
  cashCents: number
  /** The sum of the `heldCents` of its open orders: cash that a cash account cannot spend. */
  heldCents: number
  realizedCents: number
  feesPaidCents: number
  resets: number
  /** Rises by one with each drain that has a change of the account: the `seq` of its frames. */
  seq: number
  /** Running numbers, the last one used. */
  orderNumber: number
  fillNumber: number
  entryNumber: number
  readonly createdAtMs: number
  /** Set when it is closed for good: its last state, reported after the engine has forgotten it. */
  isClosed?: boolean
}
