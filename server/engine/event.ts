import type { AccountNumber, Side } from './command.ts'
import type { Account, DeadMan, Order, Position } from './state.ts'

/**
 * What operations of the engine did, a list a kind, each in order of happening: no object is made only to say which
 * kind another is. Orders, positions and accounts are the live objects, whole: read them before the next operation. An
 * order stands in its list once for each change.
 */
export interface EngineEvents {
  readonly trades: readonly Trade[]
  readonly entries: readonly Entry[]
  readonly fills: readonly Fill[]
  readonly orders: readonly Readonly<Order>[]
  readonly positions: readonly Readonly<Position>[]
  /** Each account that anything was done to since the last drain, once; its `seq` has risen by one. */
  readonly accounts: readonly AccountChange[]
  /** Switches that were set, or that went off: then without a time. */
  readonly deadMen: readonly DeadMan[]
}

export interface AccountChange {
  readonly account: Readonly<Account>
  /** Why: the first reason since the last drain, but `trade` gives way to any other. */
  readonly cause: Cause
}

/** Why an account was changed: the word of its frame. */
export type Cause =
  | 'order'
  | 'cancel'
  | 'amend'
  | 'trade'
  | 'trigger'
  | 'liquidation'
  | 'deposit'
  | 'withdraw'
  | 'reset'
  | 'corporate_action'
  | 'interest'
  | 'session'
  | 'system'

/** One user's side of a trade. */
export interface Fill {
  readonly account: AccountNumber
  /** The account's running number of the fill: with `account` its id. */
  readonly number: number
  readonly orderNumber: number
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: Side
  readonly ticks: number
  readonly lots: number
  readonly valueCents: number
  readonly feeCents: number
  readonly liquidity: 'maker' | 'taker'
  readonly realizedCents: number
  readonly tradeId: number
  readonly timeMs: number
}

export type EntryKind =
  'deposit' | 'withdraw' | 'reset' | 'trade' | 'fee' | 'interest' | 'borrow' | 'dividend' | 'split'
/** Cash in cents, or a symbol in lots. */
export type Asset = string
export const CASH: Asset = 'USD'

/**
 * One line of the ledger: an account got (or, negative, gave) an amount, and `counter` gave (or got) it. Both sides are one
 * line, so that no line can be unbalanced. `account` is a user's; `counter` a user's or one of the exchange's own.
 */
export interface Entry {
  readonly account: AccountNumber
  /** The account's running number of the entry: with `account` its id. */
  readonly number: number
  readonly counter: AccountNumber
  /** The same of the counter account. */
  readonly counterNumber: number
  readonly kind: EntryKind
  readonly asset: Asset
  /** What `account` gained; never 0. */
  readonly amount: number
  /** The account's balance in this asset after it. */
  readonly balanceAfter: number
  /** The counter account's; undefined for the exchange's own, whose balances are not kept. */
  readonly counterBalanceAfter: number | undefined
  readonly orderNumber: number | undefined
  readonly fillNumber: number | undefined
  readonly counterOrderNumber: number | undefined
  readonly counterFillNumber: number | undefined
  readonly timeMs: number
}

/** Both sides of a match, as everyone may see it. */
export interface Trade {
  readonly symbol: string
  /** epoch × 10^9 + a running number of the symbol: rises for ever, consecutive within an epoch. */
  readonly id: number
  readonly timeMs: number
  readonly ticks: number
  readonly lots: number
  readonly takerSide: Side
}
