import type { AccountNumber, Side } from './command.ts'
import type { Account, Order, Position } from './state.ts'

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
  readonly accounts: readonly Readonly<Account>[]
}

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

export type EntryKind = 'deposit' | 'trade' | 'fee'
/** Cash in cents, or a symbol in lots. */
export type Asset = string
export const CASH: Asset = 'USD'

/** One line of the ledger. The entries of one movement (`movement`: the id number of its first entry) sum to zero per asset. */
export interface Entry {
  readonly account: AccountNumber
  /** The account's running number of the entry: with `account` its id. */
  readonly number: number
  readonly movementAccount: AccountNumber
  readonly movementNumber: number
  readonly kind: EntryKind
  readonly asset: Asset
  readonly amount: number
  /** The account's balance in this asset after it; not kept for the exchange's own accounts. */
  readonly balanceAfter: number | undefined
  readonly orderNumber: number | undefined
  readonly fillNumber: number | undefined
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
