import type { BookSlot } from '../book/book.ts'
import { type Foresight, type BookWalk, type WalkingOrder, walkBook } from '../book/book-walk.ts'
import type { Market } from '../market.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import { cutsOf, type Share, sharesOf, siblingOf } from './reduce-only.ts'

/** What an order would trade with now; reduce-only orders are reduced during the walk, as they would be. */
export const reachIn = (market: Market, order: WalkingOrder): BookWalk =>
  walkBook(market.book, order, market.reduceOnlyCount > 0 ? new CutsAhead(market) : undefined)

/** A margin account met during the walk: its position and the orders that hold it, as they would then be. */
interface Met {
  lots: number
  shares: Share[]
}

/** Predicts how a sweep reduces the reduce-only orders of margin accounts that it meets. */
class CutsAhead implements Foresight {
  private readonly market: Market
  private readonly met = new Map<Portfolio, Met>()

  constructor(market: Market) {
    this.market = market
  }

  lotsAt(slot: BookSlot): number {
    const order = this.market.openOrders[slot]
    if (order === undefined || !order.reduceOnly || !order.portfolio.isMargin) return this.market.book.lotsOf(slot)
    return this.meet(order).shares.find((share) => share.order === order)?.lots ?? 0
  }

  fill(slot: BookSlot, lots: number): void {
    const order = this.market.openOrders[slot]
    if (order === undefined || !order.portfolio.isMargin) return
    const met = this.meet(order)
    met.lots += order.side === 'buy' ? lots : -lots
    const share = met.shares.find((one) => one.order === order)
    if (share !== undefined) {
      const sibling = siblingOf(share, met.shares)
      share.lots -= lots
      // A completely filled exit cancels its sibling.
      if (sibling !== undefined) sibling.lots = share.lots === 0 ? 0 : sibling.lots - lots
    }
    for (const cut of cutsOf(met.shares, met.lots)) {
      const one = met.shares.find(({ order: other }) => other === cut.order)
      if (one !== undefined) one.lots = cut.lots
    }
    met.shares = met.shares.filter((one) => one.lots > 0)
  }

  private meet({ portfolio, market }: OpenOrder): Met {
    const known = this.met.get(portfolio)
    if (known !== undefined) return known
    const met = { lots: portfolio.lots(market), shares: sharesOf(portfolio, market) }
    this.met.set(portfolio, met)
    return met
  }
}
