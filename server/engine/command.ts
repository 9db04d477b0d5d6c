/** The input of the engine. Time, account numbers and content are data; the engine reads no clock. */

/** A random 31-bit number; the first few are the exchange's own. */
export type AccountNumber = number

/** The exchange's own accounts: the simulated participants, the fees, and the other side of deposits. */
export const HOUSE: AccountNumber = 1
export const FEES: AccountNumber = 2
export const OUTSIDE: AccountNumber = 3
/** Numbers below this are reserved for the exchange. */
export const FIRST_USER_ACCOUNT: AccountNumber = 16

export type Side = 'buy' | 'sell'
export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop'
/** `day` is a `gtd` whose end the exchange has computed. */
export type TimeInForce = 'gtc' | 'ioc' | 'fok' | 'day' | 'gtd'
export type SelfTrade = 'cancel_maker' | 'cancel_taker' | 'cancel_both'
export type OrderSource = 'web' | 'api' | 'system'
/** A cash account cannot owe cash or lots; a margin account may be short or in debt. */
export type AccountMode = 'cash' | 'margin'

export interface OpenAccount {
  readonly kind: 'account.open'
  readonly account: AccountNumber
  readonly name: string
  /** Deposited from `outside` as the account's first ledger entry; more than 0. */
  readonly startingCents: number
  /** Defaults to `cash`. */
  readonly mode?: AccountMode
}

export interface UpdateAccount {
  readonly kind: 'account.update'
  readonly account: AccountNumber
  readonly name?: string
  readonly mode?: AccountMode
}

/** Moves money from or to `outside`; more than 0. */
export interface MoveMoney {
  readonly kind: 'account.deposit' | 'account.withdraw'
  readonly account: AccountNumber
  readonly cents: number
}

/** Starts again without orders and positions and with this cash; numbers and history continue. */
export interface ResetAccount {
  readonly kind: 'account.reset'
  readonly account: AccountNumber
  readonly startingCents: number
}

/** Ends an account for good, without orders, positions and cash; its number is never used again. */
export interface CloseAccount {
  readonly kind: 'account.close'
  readonly account: AccountNumber
}

/** An exit that takes the profit at a limit price. */
export interface TakeProfit {
  readonly limitTicks: number
  /** `gtc` unless set. */
  readonly expireAtMs?: number
}

/** An exit that waits for a price: `stopTicks`, `trailBps` or both. */
export interface StopLoss {
  /** With `trailBps`, the trigger with which the trail begins, unless the market gives a tighter one. */
  readonly stopTicks?: number
  /** With `stopTicks`, makes it a stop-limit. */
  readonly limitTicks?: number
  readonly trailBps?: number
  readonly expireAtMs?: number
}

/** A well-formed order: whole lots and ticks, a listed symbol, exactly the fields that its type needs. */
export interface PlaceOrder {
  readonly kind: 'order.place'
  readonly account: AccountNumber
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  /** 0 when `notionalCents` is set. */
  readonly lots: number
  /** Market orders only: the most that it may cost, including the fee. */
  readonly notionalCents?: number
  /** 0 for types without a limit. */
  readonly limitTicks: number
  /** For stop and stop-limit orders; of a trailing stop, only an exit may have a first one. */
  readonly stopTicks?: number
  /** For trailing stops: exactly one of the two. */
  readonly trailTicks?: number
  readonly trailBps?: number
  readonly timeInForce: TimeInForce
  /** For `day` and `gtd`: market time. */
  readonly expireAtMs?: number
  readonly postOnly: boolean
  readonly reduceOnly?: boolean
  readonly takeProfit?: TakeProfit
  readonly stopLoss?: StopLoss
  readonly selfTrade: SelfTrade
  readonly source: OrderSource
  readonly tag?: string
}

/** By the account's running number of the order, or by the client's id. */
export type OrderReference = { readonly number: number } | { readonly clientOrderId: string }

/** Only the fields to change; a field that the order's type lacks is refused. */
export interface AmendOrder {
  readonly kind: 'order.amend'
  readonly account: AccountNumber
  readonly order: OrderReference
  /** The new total quantity. */
  readonly lots?: number
  readonly limitTicks?: number
  readonly stopTicks?: number
  readonly trailTicks?: number
  readonly trailBps?: number
}

export interface CancelOrder {
  readonly kind: 'order.cancel'
  readonly account: AccountNumber
  readonly order: OrderReference
}

export interface CancelAllOrders {
  readonly kind: 'order.cancelAll'
  readonly account: AccountNumber
  readonly symbol?: string
  readonly side?: Side
  /** All clients have disconnected: cancels with the dead man's reason, and keeps protective orders. */
  readonly abandoned?: boolean
}

/** Closes a position, or part of it, at market. */
export interface ClosePosition {
  readonly kind: 'position.close'
  readonly account: AccountNumber
  readonly symbol: string
  readonly lots?: number
  readonly source: OrderSource
}

/** Replaces the exits of a position; without either exit, it only removes them. */
export interface ProtectPosition {
  readonly kind: 'position.protect'
  readonly account: AccountNumber
  readonly symbol: string
  readonly lots?: number
  readonly takeProfit?: TakeProfit
  readonly stopLoss?: StopLoss
  readonly source: OrderSource
}

/** Sets the dead man's switch, replacing an earlier one. */
export interface SetDeadMan {
  readonly kind: 'cancelAfter'
  readonly account: AccountNumber
  /** 0 turns it off. */
  readonly timeoutMs: number
  /** Default: all. */
  readonly symbols?: readonly string[]
  readonly keepProtective: boolean
}

/**
 * Sets the status of an instrument, by the operator. `halted` and `closed` (outside its session) allow only cancels.
 * Nobody trades meanwhile.
 */
export interface SetMarketStatus {
  readonly kind: 'market.status'
  readonly symbol: string
  readonly status: MarketStatus
  /** Also cancels the users' orders. */
  readonly cancelOrders?: boolean
}
export type MarketStatus = 'open' | 'halted' | 'closed'

/** Pays this many cents per lot to longs, and takes it from shorts. */
export interface PayDividend {
  readonly kind: 'corporate.dividend'
  readonly symbol: string
  readonly centsPerLot: number
}

/** Each `denominator` lots become `numerator`. The house's orders must have been removed from the book. */
export interface SplitShares {
  readonly kind: 'corporate.split'
  readonly symbol: string
  readonly numerator: number
  readonly denominator: number
  /** The highest price of the book after the split. */
  readonly maxTicks: number
}

/** Charges interest and borrow fees for a number of days to every margin account that owes them. */
export interface ChargeDays {
  readonly kind: 'margin.charge'
  readonly days: number
}

/** Commands of one account, by its owner. */
export type AccountCommand =
  | OpenAccount
  | UpdateAccount
  | MoveMoney
  | ResetAccount
  | CloseAccount
  | PlaceOrder
  | AmendOrder
  | CancelOrder
  | CancelAllOrders
  | ClosePosition
  | ProtectPosition
  | SetDeadMan
/** Commands of the whole market, by its operator or calendar. */
export type MarketCommand = SetMarketStatus | PayDividend | SplitShares | ChargeDays
export type Command = AccountCommand | MarketCommand
