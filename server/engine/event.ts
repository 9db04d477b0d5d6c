import type { AccountNumber, Side } from './command.ts'
import type { Account, DeadMan, Order, Position } from './state.ts'

/**
 * What operations of the engine did: one list per kind, each in order of time, so that no wrapper objects are needed.
 * Orders, positions and accounts are complete live objects: read them before the next operation. An order is listed
 * once for each change.
 */
export interface EngineEvents {
  readonly trades: readonly Trade[]
  readonly entries: readonly Entry[]
  readonly fills: readonly Fill[]
  readonly orders: readonly Readonly<Order>[]
  readonly positions: readonly Readonly<Position>[]
  /** Each account changed since the last drain, once; its `seq` has risen by one. */
  readonly accounts: readonly AccountChange[]
  /** Switches that were set, or that fired or were turned off (without a time). */
  readonly deadMen: readonly DeadMan[]
}

export interface AccountChange {
  readonly account: Readonly<Account>
  /** The first cause since the last drain, except that any other cause replaces `trade`. */
  readonly cause: Cause
}

/** Why an account changed, as in its frame. */
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
  /** The account's running number of the fill; together with `account` its id. */
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
 * One line of the ledger: an account received an amount (or, if negative, gave it), and `counter` gave (or received)
 * it. Both sides are one line, so no line can be unbalanced. `account` is a user's; `counter` is a user's or one of the
 * exchange's own.
 */
export interface Entry {
  readonly account: AccountNumber
  /** The account's running number of the entry; together with `account` its id. */
  readonly number: number
  readonly counter: AccountNumber
  /** The same for the counter account. */
  readonly counterNumber: number
  readonly kind: EntryKind
  readonly asset: Asset
  /** What `account` gained; never 0. */
  readonly amount: number
  /** The account's balance of this asset afterward. */
  readonly balanceAfter: number
  /** The counter account's; undefined for the exchange's own, whose balances are not kept here. */
  readonly counterBalanceAfter: number | undefined
  readonly orderNumber: number | undefined
  readonly fillNumber: number | undefined
  readonly counterOrderNumber: number | undefined
  readonly counterFillNumber: number | undefined
  readonly timeMs: number
  /** Why, where kind and asset do not say it (`server/engine/ledger/notes.ts`); lines of trades have none. */
  readonly note?: string
}

/** The public data of a trade. */
export interface Trade {
  readonly symbol: string
  /** epoch × 10^9 + a running number per symbol: always increasing, consecutive within an epoch. */
  readonly id: number
  readonly timeMs: number
  readonly ticks: number
  readonly lots: number
  readonly takerSide: Side
}
