/** What the engine is told. Time, account numbers and content are data; nothing is read from a clock. */

/** A random 31-bit number; the first few are the exchange's own. */
export type AccountNumber = number

/** The exchange's own accounts: the simulated participants, the fees, and the other side of deposits. */
export const HOUSE: AccountNumber = 1
export const FEES: AccountNumber = 2
export const OUTSIDE: AccountNumber = 3
/** Numbers below this are never given to a user. */
export const FIRST_USER_ACCOUNT: AccountNumber = 16

export type Side = 'buy' | 'sell'
export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop'
/** `day` is `gtd` whose end the exchange has computed. */
export type TimeInForce = 'gtc' | 'ioc' | 'fok' | 'day' | 'gtd'
export type SelfTrade = 'cancel_maker' | 'cancel_taker' | 'cancel_both'
export type OrderSource = 'web' | 'api' | 'system'
/** A cash account owns what it holds; a margin account may be short or in debt. */
export type AccountMode = 'cash' | 'margin'

export interface OpenAccount {
  readonly kind: 'account.open'
  readonly account: AccountNumber
  readonly name: string
  /** Deposited from `outside` as the account's first ledger entry; more than 0. */
  readonly startingCents: number
  /** `cash` unless told. */
  readonly mode?: AccountMode
}

export interface UpdateAccount {
  readonly kind: 'account.update'
  readonly account: AccountNumber
  readonly name?: string
  readonly mode?: AccountMode
}

/** Money from `outside`, or back to it; more than 0. */
export interface MoveMoney {
  readonly kind: 'account.deposit' | 'account.withdraw'
  readonly account: AccountNumber
  readonly cents: number
}

/** Begins anew: no orders, no positions, this much cash; numbers and history go on. */
export interface ResetAccount {
  readonly kind: 'account.reset'
  readonly account: AccountNumber
  readonly startingCents: number
}

/** An exit that takes its profit at a limit. */
export interface TakeProfit {
  readonly limitTicks: number
  /** `gtc` unless it ends with the day. */
  readonly expireAtMs?: number
}

/** An exit that waits for a price: exactly one of `stopTicks` and `trailBps`. */
export interface StopLoss {
  readonly stopTicks?: number
  /** With `stopTicks`: a stop-limit. */
  readonly limitTicks?: number
  readonly trailBps?: number
  readonly expireAtMs?: number
}

/** An order, well formed: whole lots and ticks, its symbol known, the fields that its type needs and no others. */
export interface PlaceOrder {
  readonly kind: 'order.place'
  readonly account: AccountNumber
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  /** 0 where `notionalCents` says how much. */
  readonly lots: number
  /** Of a market order: the most that it may come to, fee included. */
  readonly notionalCents?: number
  /** 0 for a type without a limit. */
  readonly limitTicks: number
  /** Of a stop and a stop-limit. */
  readonly stopTicks?: number
  /** Of a trailing stop: exactly one of the two. */
  readonly trailTicks?: number
  readonly trailBps?: number
  readonly timeInForce: TimeInForce
  /** Of `day` and `gtd`: market time. */
  readonly expireAtMs?: number
  readonly postOnly: boolean
  readonly reduceOnly?: boolean
  readonly takeProfit?: TakeProfit
  readonly stopLoss?: StopLoss
  readonly selfTrade: SelfTrade
  readonly source: OrderSource
  readonly tag?: string
}

/** By the account's running number of the order, or by the id its owner gave it. */
export type OrderReference = { readonly number: number } | { readonly clientOrderId: string }

/** Only what is to change; a field that the order's type does not have is refused. */
export interface AmendOrder {
  readonly kind: 'order.amend'
  readonly account: AccountNumber
  readonly order: OrderReference
  /** The new total. */
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
  /** Nobody is there any more: the reason is the dead man's switch's, and what protects a position stays. */
  readonly abandoned?: boolean
}

/** Closes a position, or part of it, at the market. */
export interface ClosePosition {
  readonly kind: 'position.close'
  readonly account: AccountNumber
  readonly symbol: string
  readonly lots?: number
  readonly source: OrderSource
}

/** Replaces the exits of a position; without either price it only removes them. */
export interface ProtectPosition {
  readonly kind: 'position.protect'
  readonly account: AccountNumber
  readonly symbol: string
  readonly lots?: number
  readonly takeProfit?: TakeProfit
  readonly stopLoss?: StopLoss
  readonly source: OrderSource
}

/** The dead man's switch: replaces the one before. */
export interface SetDeadMan {
  readonly kind: 'cancelAfter'
  readonly account: AccountNumber
  /** 0 switches it off. */
  readonly timeoutMs: number
  /** All when absent. */
  readonly symbols?: readonly string[]
  readonly keepProtective: boolean
}

/**
 * The operator's: what an instrument takes. `halted` takes cancels only; `closed` likewise, outside its session. Nobody
 * trades meanwhile.
 */
export interface SetMarketStatus {
  readonly kind: 'market.status'
  readonly symbol: string
  readonly status: MarketStatus
  /** Takes the users' orders out too. */
  readonly cancelOrders?: boolean
}
export type MarketStatus = 'open' | 'halted' | 'closed'

/** Pays, or takes from shorts, so many cents a lot. */
export interface PayDividend {
  readonly kind: 'corporate.dividend'
  readonly symbol: string
  readonly centsPerLot: number
}

/** Each `denominator` lots become `numerator`. The house's orders must have gone from the book. */
export interface SplitShares {
  readonly kind: 'corporate.split'
  readonly symbol: string
  readonly numerator: number
  readonly denominator: number
  /** The highest price of the book from then on. */
  readonly maxTicks: number
}

/** Interest and borrow fees of so many days, on every margin account that owes them. */
export interface ChargeDays {
  readonly kind: 'margin.charge'
  readonly days: number
}

/** Of one account, by its owner. */
export type AccountCommand =
  | OpenAccount
  | UpdateAccount
  | MoveMoney
  | ResetAccount
  | PlaceOrder
  | AmendOrder
  | CancelOrder
  | CancelAllOrders
  | ClosePosition
  | ProtectPosition
  | SetDeadMan
/** Of the whole market, by its operator or its calendar. */
export type MarketCommand = SetMarketStatus | PayDividend | SplitShares | ChargeDays
export type Command = AccountCommand | MarketCommand
