import { assert } from './assert.ts'
import { ownOrderMet } from './book/book-walk.ts'
import type { Fill } from './event.ts'
import type { Matching } from './matching.ts'
import type { OpenOrder } from './open-order.ts'
import { mayRest } from './risk/rejection.ts'
import type { WorkingOrders } from './working-orders.ts'

const NO_FILLS: readonly Fill[] = []

/**
 * Executes an order that is not in the market yet: it trades what it can, and the rest is placed in the book or
 * canceled.
 */
export class Execution {
  private readonly matching: Matching
  private readonly working: WorkingOrders

  constructor(matching: Matching, working: WorkingOrders) {
    this.matching = matching
    this.working = working
  }

  /**
   * The caller reports the order afterward, in its final state.
   * @param worstTicks the worst price at which it trades
   * @param takesMax the most lots it may trade; the rest is canceled
   */
  carryOut(order: OpenOrder, worstTicks: number, timeMs: number, takesMax = Infinity): readonly Fill[] {
    const { working } = this
    const { market, side } = order
    const fills =
      takesMax > 0 && market.crosses(side, worstTicks) ? this.take(order, worstTicks, timeMs, takesMax) : NO_FILLS
    if (order.isClosed) return fills
    if (order.remainingLots === 0) working.end(order, 'filled', undefined, timeMs)
    else if (!mayRest(order)) {
      const isLimit = order.limitTicks > 0
      working.end(order, 'canceled', isLimit ? 'ioc_remainder' : 'no_liquidity', timeMs)
    } else if (worstTicks !== order.limitTicks && market.crosses(side, order.limitTicks)) {
      // Everything it could still trade with is beyond the price band.
      working.end(order, 'canceled', 'no_liquidity', timeMs)
    } else working.rest(order)
    return fills
  }

  /** Trades what it can, and applies the self-trade rule to the owner's resting orders. */
  private take(order: OpenOrder, limitTicks: number, timeMs: number, takesMax: number): readonly Fill[] {
    const { market, side, selfTrade, account: owner } = order
    const fills: Fill[] = []
    let mayTake = Math.min(order.remainingLots, takesMax)
    for (;;) {
      const before = order.remainingLots
      const left = this.matching.take({ market, taker: order, side, lots: mayTake, limitTicks, timeMs }, fills)
      assert(before - order.remainingLots === mayTake - left, 'fills that sum to what the book gave')
      mayTake = left
      const own = left === 0 ? undefined : market.openOrders[ownOrderMet(market.book, { side, limitTicks, owner })]
      if (own === undefined) return fills
      if (selfTrade !== 'cancel_taker') this.working.cancel(own, 'self_trade', timeMs)
      if (selfTrade !== 'cancel_maker') {
        this.working.end(order, 'canceled', 'self_trade', timeMs)
        return fills
      }
    }
  }
}
