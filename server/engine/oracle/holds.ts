import type { Order } from '../state.ts'
import type { AccountNumber } from '../command.ts'
import { bpsUp, feeOnCentBps, stopBuyTicks, trailingStopTicks, valueAtMark } from './arithmetic.ts'
import { holdingOrders, lotsHeldBy, sharesOf } from './reduce-only.ts'
import { accountOf, isAwake, leftOf, lotsHeld, marketOf, type NaiveState, ordersOf } from './state.ts'

/** The cash that the rest of a buy holds, including the fee that it could still add. */
export function holdOf(state: NaiveState, order: Order): number {
  const { spec } = marketOf(state, order.symbol)
  if (order.side === 'sell' || order.reduceOnly || order.status === 'held' || order.type === 'market') return 0
  const ticks =
    order.type === 'stop' || order.type === 'trailing_stop'
      ? Math.min(spec.maxTicks, stopBuyTicks(triggerOf(state, order), spec.priceBandBps))
      : order.limitTicks
  const value = leftOf(order) * ticks * spec.centsPerTickLot
  const feeBps = order.postOnly ? spec.makerBps : spec.takerBps
  return value + feeOnCentBps(order.feeCentBps + value * feeBps) - order.feesPaidCents
}

/** The trigger that determines a hold: for a trailing stop, the last reported one. */
function triggerOf(state: NaiveState, order: Order): number {
  const reportedHighWater = order.status === 'untriggered' ? state.reportedHighWater.get(order) : undefined
  const { maxTicks } = marketOf(state, order.symbol).spec
  return reportedHighWater === undefined || reportedHighWater === 0
    ? order.stopTicks
    : trailingStopTicks(order, reportedHighWater, maxTicks)
}

/** The cash that all open orders of an account hold, except some. */
export const holdsOf = (state: NaiveState, account: AccountNumber, without: readonly Order[] = []): number =>
  ordersOf(state, account)
    .filter((order) => !without.includes(order))
    .reduce((sum, order) => sum + holdOf(state, order), 0)

export const freeCash = (state: NaiveState, account: AccountNumber, without: readonly Order[] = []): number =>
  accountOf(state, account).cashCents - holdsOf(state, account, without)

export const equityOf = (state: NaiveState, account: AccountNumber): number =>
  state.markets.reduce(
    (sum, { spec, markMicroTicks }) =>
      sum + valueAtMark(lotsHeld(state, account, spec.symbol), markMicroTicks, spec.centsPerTickLot),
    accountOf(state, account).cashCents,
  )

export const maintenanceOf = (state: NaiveState, account: AccountNumber): number =>
  state.markets.reduce((sum, { spec, markMicroTicks }) => {
    const lots = Math.abs(lotsHeld(state, account, spec.symbol))
    return sum + bpsUp(valueAtMark(lots, markMicroTicks, spec.centsPerTickLot), spec.maintenanceMarginBps)
  }, 0)

/** Open orders of an account, without some, and with others that might be added. */
interface Openings {
  readonly without?: readonly Order[]
  readonly and?: readonly Opening[]
}

/** The largest size that a position could reach: as it is, with all buys filled, or with all sells filled. */
export function lotsAtMost(
  state: NaiveState,
  account: AccountNumber,
  symbol: string,
  { without = [], and = [] }: Openings = {},
): number {
  const openings: Opening[] = ordersOf(state, account, symbol)
    .filter((order) => isAwake(order) && !order.reduceOnly && !without.includes(order))
    .map((order) => ({ symbol, side: order.side, lots: leftOf(order) }))
  const both = [...openings, ...and.filter((opening) => opening.symbol === symbol)]
  const lotsOf = (side: 'buy' | 'sell') =>
    both.filter((opening) => opening.side === side).reduce((lots, opening) => lots + opening.lots, 0)
  const position = lotsHeld(state, account, symbol)
  return Math.max(Math.abs(position), Math.abs(position + lotsOf('buy')), Math.abs(position - lotsOf('sell')))
}

/** The margin used by all symbols. */
export const marginUsed = (state: NaiveState, account: AccountNumber, openings: Openings = {}): number =>
  state.markets.reduce((sum, { spec, markMicroTicks }) => {
    const lots = lotsAtMost(state, account, spec.symbol, openings)
    return sum + bpsUp(valueAtMark(lots, markMicroTicks, spec.centsPerTickLot), spec.initialMarginBps)
  }, 0)

/** Lots by which an order could change a position. */
export interface Opening {
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly lots: number
}

export const freeMargin = (state: NaiveState, account: AccountNumber): number =>
  equityOf(state, account) - marginUsed(state, account)

/** Writes holds into orders, positions and accounts, where others read them. */
export function countHolds(state: NaiveState): void {
  for (const order of state.orders) order.heldCents = holdOf(state, order)
  for (const account of state.accounts) account.heldCents = holdsOf(state, account.account)
  for (const position of state.positions) {
    position.heldLots = lotsHeldBy(sharesOf(state, position.account, position.symbol))
  }
}

/** The orders that hold lots of a position, newest first. */
export const holdersNewestFirst = (state: NaiveState, account: AccountNumber, symbol: string): Order[] =>
  holdingOrders(state, account, symbol).sort((a, b) => b.number - a.number)
