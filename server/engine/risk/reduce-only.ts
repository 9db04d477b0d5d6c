import type { Side } from '../command.ts'
import type { Market } from '../market.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import type { WorkingOrders } from '../working-orders.ts'

/** An order that holds lots of a position, and how many. */
export interface Share {
  readonly order: OpenOrder
  lots: number
}

/** Whether a fill may have made a position smaller than what reduce-only orders hold of it, or reversed it. */
export function mayExceed({ portfolio, market, side }: OpenOrder, filledLots: number): boolean {
  if (!portfolio.isMargin) return false
  const position = portfolio.position(market)
  if (position === undefined || position.heldLots === 0) return false
  const lots = side === 'buy' ? position.lots : -position.lots
  return position.heldLots > Math.abs(lots) || (lots > 0 && lots < filledLots)
}

/** The orders that hold lots of a position, by number. */
export const sharesOf = (portfolio: Portfolio, market: Market): Share[] =>
  portfolio
    .openOrders()
    .filter((order) => order.market === market && order.heldLots > 0)
    .map((order) => ({ order, lots: order.heldLots }))

/** Reduces orders that hold more of a position than there is, newest first: docs/trading-rules.md, 4. */
export function cutToPosition(portfolio: Portfolio, market: Market, working: WorkingOrders, timeMs: number): void {
  for (const { order, lots } of cutsOf(sharesOf(portfolio, market), portfolio.lots(market))) {
    if (lots === 0) working.cancel(order, 'reduce_only', timeMs)
    else {
      working.reduceTo(order, order.filledLots + lots)
      working.change(order, timeMs)
    }
  }
}

/**
 * What orders that hold too much may still hold, in the order in which they are reduced.
 * @param positionLots negative for a short
 */
export function cutsOf(shares: readonly Share[], positionLots: number): readonly Share[] {
  return [...cutsOfSide(shares, 'sell', positionLots), ...cutsOfSide(shares, 'buy', -positionLots)]
}

function cutsOfSide(shares: readonly Share[], side: Side, reducibleLots: number): Share[] {
  const cuts: Share[] = []
  const holdings = holdingsOf(shares.filter(({ order }) => order.side === side))
  let excessLots = holdings.reduce((sum, holding) => sum + lotsHeldBy(holding), 0) - Math.max(0, reducibleLots)
  for (const holding of holdings.reverse()) {
    if (excessLots <= 0) break
    const heldLots = lotsHeldBy(holding)
    const keptLots = Math.max(0, heldLots - excessLots)
    excessLots -= heldLots - keptLots
    for (const { order, lots } of holding) if (lots > keptLots) cuts.push({ order, lots: keptLots })
  }
  return cuts
}

/** Shares grouped by holding, by the highest number of each group; within a group, the lower number first. */
function holdingsOf(shares: readonly Share[]): Share[][] {
  const holdings: Share[][] = []
  for (const share of shares) {
    const sibling = siblingOf(share, shares)
    if (sibling === undefined) holdings.push([share])
    else if (sibling.order.number < share.order.number) holdings.push([sibling, share])
  }
  return holdings
}

/** The share of the other exit of a group. */
export function siblingOf({ order }: Share, shares: readonly Share[]): Share | undefined {
  const sibling = order.role === undefined ? undefined : order.group?.siblingOf(order)
  return sibling && shares.find((share) => share.order === sibling)
}

const lotsHeldBy = (holding: readonly Share[]): number => Math.max(...holding.map(({ lots }) => lots))
