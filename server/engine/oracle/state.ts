import type { AccountNumber, MarketStatus, Side } from '../command.ts'
import type { AccountChange, Cause, Entry, Fill, Trade } from '../event.ts'
import type { InstrumentSpec } from '../instrument.ts'
import type { Account, DeadMan, Order, Position } from '../state.ts'

/**
 * The whole exchange as plain lists. The oracle is a second implementation of docs/trading-rules.md: it stores no sum
 * that it can recompute, and finds everything by searching all there is.
 */
export interface NaiveState {
  readonly openOrdersMax: number
  /** Basis points a year on negative cash. */
  readonly interestBps: number
  /** How many orders may end in one quantum because their time has come. */
  readonly endsPerQuantumMax: number
  readonly markets: NaiveMarket[]
  accounts: Account[]
  positions: Position[]
  /** All open orders of all accounts: held, untriggered and resting; oldest first within each. */
  orders: Order[]

  deadMen: DeadMan[]
  /** When to retry closing a position of an account that is being liquidated. */
  retries: { readonly account: AccountNumber; readonly symbol: string; readonly atMs: number }[]
  /** The last priority given. */
  priority: number
  nextSlot: number
  nowMs: number
  /** When high-water prices were last reported. */
  highWatersReportedAtMs: number
  /** The last reported high-water price of each trailing stop. */
  readonly reportedHighWater: Map<Order, number>
  /** The current operation: who acts, and why. */
  actor: AccountNumber | undefined
  cause: Cause
  /** What the operation has yet to do: section 1. */
  filledEntries: { readonly entry: Order; readonly lots: number }[]
  filledLegs: Order[]
  triggered: Order[]
  /** Each with the last priority given before it. */
  tradesToShow: { readonly trade: Trade; readonly priority: number }[]
  events: NaiveEvents
}

export interface NaiveEvents {
  trades: Trade[]
  entries: Entry[]
  fills: Fill[]
  orders: Order[]
  positions: Position[]
  accounts: { -readonly [Key in keyof AccountChange]: AccountChange[Key] }[]
  deadMen: DeadMan[]
}

export interface NaiveMarket {
  /** A split changes its `maxTicks`. */
  spec: InstrumentSpec
  status: MarketStatus
  markMicroTicks: number
  /** The last trade's price; 0 before the first. */
  lastTicks: number
  epoch: number
  /** The number of trades in the epoch. */
  trades: number
  /** The resting orders, in order of arrival. */
  resting: Resting[]
}

/** A user's order in the book, or one of the house. */
export type Resting = { readonly order: Order } | { readonly house: HouseOrder }

export interface HouseOrder {
  readonly slot: number
  readonly side: Side
  readonly ticks: number
  readonly tag: number
  lots: number
}

export const noEvents = (): NaiveEvents => ({
  trades: [],
  entries: [],
  fills: [],
  orders: [],
  positions: [],
  accounts: [],
  deadMen: [],
})

/** Asserts that something exists. */
export function found<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new Error(`the oracle knows no ${what}`)
  return thing
}

export const marketOf = (state: NaiveState, symbol: string): NaiveMarket =>
  found(
    state.markets.find(({ spec }) => spec.symbol === symbol),
    symbol,
  )

export const accountOf = (state: NaiveState, account: AccountNumber): Account =>
  found(
    state.accounts.find((one) => one.account === account),
    `account ${account}`,
  )

export const ordersOf = (state: NaiveState, account: AccountNumber, symbol?: string): Order[] =>
  state.orders.filter((order) => order.account === account && (symbol === undefined || order.symbol === symbol))

/** The position; created when first needed. */
export function positionOf(state: NaiveState, account: AccountNumber, symbol: string): Position {
  const known = state.positions.find((one) => one.account === account && one.symbol === symbol)
  if (known !== undefined) return known
  const position = { account, symbol, lots: 0, costCents: 0, realizedCents: 0, heldLots: 0 }
  state.positions.push(position)
  return position
}

export const lotsHeld = (state: NaiveState, account: AccountNumber, symbol: string): number =>
  state.positions.find((one) => one.account === account && one.symbol === symbol)?.lots ?? 0

export const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy')
export const leftOf = (order: Order): number => order.lots - order.filledLots
export const isOpen = ({ status }: Order): boolean =>
  status === 'held' || status === 'untriggered' || status === 'open' || status === 'partially_filled'
/** Open and not a leg that waits for its entry. */
export const isAwake = (order: Order): boolean => isOpen(order) && order.status !== 'held'
/** Orders with a trigger. */
export const isStop = ({ type }: { readonly type: Order['type'] }): boolean =>
  type === 'stop' || type === 'stop_limit' || type === 'trailing_stop'
export const hasLimit = ({ type }: { readonly type: Order['type'] }): boolean =>
  type === 'limit' || type === 'stop_limit'

/** Notes that an account changed, and why: the first cause, except that any other replaces `trade`. */
export function touch(state: NaiveState, account: AccountNumber, why?: Cause): void {
  const acts = state.actor === undefined || account === state.actor
  const cause = why ?? (acts ? state.cause : 'trade')
  const noted = state.events.accounts.find((change) => change.account.account === account)
  if (noted === undefined) {
    const changed = accountOf(state, account)
    changed.seq++
    state.events.accounts.push({ account: changed, cause })
  } else if (noted.cause === 'trade') noted.cause = cause
}

/** Notes that an order changed. */
export function change(state: NaiveState, order: Order, why?: Cause): void {
  order.version++
  order.updatedAtMs = state.nowMs
  if (isOpen(order)) state.reportedHighWater.set(order, order.highWaterTicks)
  state.events.orders.push(order)
  touch(state, order.account, why)
}

export function changePosition(state: NaiveState, position: Position): void {
  state.events.positions.push(position)
  touch(state, position.account)
}
