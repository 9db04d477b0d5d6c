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
export type OrderType = 'market' | 'limit'
export type TimeInForce = 'gtc' | 'ioc' | 'fok'
export type SelfTrade = 'cancel_maker' | 'cancel_taker' | 'cancel_both'
export type OrderSource = 'web' | 'api' | 'system'

export interface OpenAccount {
  readonly kind: 'account.open'
  readonly account: AccountNumber
  readonly name: string
  /** Deposited from `outside` as the account's first ledger entry; more than 0. */
  readonly startingCents: number
}

/** An order, well formed: whole lots and ticks, its symbol known. */
export interface PlaceOrder {
  readonly kind: 'order.place'
  readonly account: AccountNumber
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  readonly lots: number
  /** 0 for a market order. */
  readonly limitTicks: number
  readonly timeInForce: TimeInForce
  readonly postOnly: boolean
  readonly selfTrade: SelfTrade
  readonly source: OrderSource
  readonly tag?: string
}

/** By the account's running number of the order, or by the id its owner gave it. */
export type OrderReference = { readonly number: number } | { readonly clientOrderId: string }

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
}

export type Command = OpenAccount | PlaceOrder | CancelOrder | CancelAllOrders
