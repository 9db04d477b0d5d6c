import type { AccountNumber, OrderSource, OrderType, SelfTrade, Side, TimeInForce } from './command.ts'

/** An order is in the book while `open` or `partially_filled`; the other states are for ever. */
export type OrderStatus = 'open' | 'partially_filled' | 'filled' | 'canceled' | 'rejected'
export type CancelReason = 'user' | 'cancel_all' | 'ioc_remainder' | 'no_liquidity' | 'self_trade'

/** Why an order that was understood is refused; the first that holds, in this order. */
export type RejectCode =
  | 'MARKET_HALTED'
  | 'MARKET_CLOSED'
  | 'MIN_NOTIONAL'
  | 'MAX_OPEN_ORDERS'
  | 'PRICE_BAND'
  | 'POST_ONLY_WOULD_CROSS'
  | 'NO_LIQUIDITY'
  | 'SELF_TRADE'
  | 'FOK_NOT_FILLABLE'
  | 'INSUFFICIENT_POSITION'
  | 'INSUFFICIENT_FUNDS'

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
  readonly lots: number
  readonly limitTicks: number
  /** The mid when the order arrived, in half ticks (bid + ask); 0 when a side was empty. For the analysis of its cost. */
  readonly arrivalMidHalfTicks: number
  filledLots: number
  /** Sum over fills of ticks × lots: the average price is this over `filledLots`. */
  filledTickLots: number
  /** Sum over fills of value in cents × bps: what fees are rounded from, once, on the running total. */
  feeCentBps: number
  feesPaidCents: number
  /** Cash that the rest of a buy binds. */
  heldCents: number
  status: OrderStatus
  reason: CancelReason | undefined
  rejectCode: RejectCode | undefined
  /** The engine's running number of when it took its place in the book; 0 when it never did. */
  priority: number
  version: number
  readonly createdAtMs: number
  updatedAtMs: number
  closedAtMs: number | undefined
}

/** A netted holding; its cost moves with each fill so that realised profit sums to the cash that moved. */
export interface Position {
  readonly account: AccountNumber
  readonly symbol: string
  lots: number
  /** What the lots held cost, fees apart. */
  costCents: number
  realizedCents: number
  /** Lots that resting sales bind. */
  heldLots: number
}

export interface Account {
  readonly account: AccountNumber
  readonly name: string
  cashCents: number
  /** Cash that open buys bind: the sum of their `heldCents`. */
  heldCents: number
  realizedCents: number
  feesPaidCents: number
  resets: number
  /** Rises by one with each operation that changed something of the account: the `seq` of its frames. */
  seq: number
  /** Running numbers, the last one used. */
  orderNumber: number
  fillNumber: number
  entryNumber: number
  readonly createdAtMs: number
}
