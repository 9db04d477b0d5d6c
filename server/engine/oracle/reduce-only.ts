import type { AccountNumber } from '../command.ts'
import type { Order } from '../state.ts'
import { closeOrder } from './closing.ts'
import { accountOf, change, isAwake, leftOf, lotsHeld, type NaiveState, ordersOf } from './state.ts'

/** The lots that an order holds of its position. Orders of one group hold once, the larger amount. */
export interface Share {
  readonly order: Order
  readonly group: string
  readonly left: number
}

/** The orders that hold lots: sells of a cash account, reduce-only orders of a margin account. */
export function holdingOrders(state: NaiveState, account: AccountNumber, symbol: string): Order[] {
  const isCash = accountOf(state, account).mode === 'cash'
  return ordersOf(state, account, symbol).filter(
    (order) => isAwake(order) && leftOf(order) > 0 && (isCash ? order.side === 'sell' : order.reduceOnly),
  )
}

const groupOf = ({ groupNumber, number }: Order): string =>
  groupNumber === undefined ? `order ${number}` : `group ${groupNumber}`

export const sharesOf = (state: NaiveState, account: AccountNumber, symbol: string): Share[] =>
  holdingOrders(state, account, symbol).map((order) => ({ order, group: groupOf(order), left: leftOf(order) }))

export function lotsHeldBy(shares: readonly Share[]): number {
  const groups = new Set(shares.map(({ group }) => group))
  return [...groups].reduce((sum, group) => sum + lotsHeldByGroup(shares, group), 0)
}

const lotsHeldByGroup = (shares: readonly Share[], group: string): number =>
  Math.max(...shares.filter((share) => share.group === group).map(({ left }) => left))

/** Lots of a position that nothing holds, ignoring the given orders; for a short, lots that may be bought back. */
export function freeLots(
  state: NaiveState,
  { account, symbol, side }: Pick<Order, 'account' | 'symbol' | 'side'>,
  without: readonly Order[] = [],
): number {
  const lots = lotsHeld(state, account, symbol)
  const reducible = side === 'sell' ? Math.max(0, lots) : Math.max(0, -lots)
  const shares = sharesOf(state, account, symbol).filter(({ order }) => order.side === side && !without.includes(order))
  return reducible - lotsHeldBy(shares)
}

/** The remaining lots of each order that holds too much; the newest are reduced first. */
export function cutsOf(shares: readonly Share[], lots: number): (readonly [order: Order, left: number])[] {
  return (['buy', 'sell'] as const).flatMap((side) => {
    const ofSide = shares.filter(({ order }) => order.side === side)
    return cutsOfSide(ofSide, side === 'sell' ? Math.max(0, lots) : Math.max(0, -lots))
  })
}

function cutsOfSide(shares: readonly Share[], reducible: number): (readonly [order: Order, left: number])[] {
  const newestOf = (group: string) =>
    Math.max(...shares.filter((share) => share.group === group).map(({ order }) => order.number))
  const groups = [...new Set(shares.map(({ group }) => group))].sort((a, b) => newestOf(b) - newestOf(a))
  let excess = lotsHeldBy(shares) - reducible
  return groups.flatMap((group) => {
    if (excess <= 0) return []
    const held = lotsHeldByGroup(shares, group)
    const allowed = Math.max(0, held - excess)
    excess -= held - allowed
    return shares
      .filter((share) => share.group === group && share.left > allowed)
      .map(({ order }) => [order, allowed] as const)
  })
}

/** Reduces orders that hold more than the position. */
export function cutReduceOnly(state: NaiveState, account: AccountNumber, symbol: string): void {
  for (const [order, left] of cutsOf(sharesOf(state, account, symbol), lotsHeld(state, account, symbol))) {
    if (left === 0) closeOrder(state, order, 'canceled', 'reduce_only')
    else {
      order.lots = order.filledLots + left
      change(state, order)
    }
  }
}
