import type { EventLog } from '../event-log.ts'
import type { Portfolio } from '../portfolio.ts'
import type { WorkingOrders } from '../working-orders.ts'
import { updateHold } from './holds.ts'

/**
 * Computes anew what open orders reserve: fees or bands of an instrument may have been raised since they were stored. If a
 * cash account can no longer pay for all of its orders, its newest ones are canceled (`admin`). Nothing changes, and nothing
 * is published, as long as definitions stay the same.
 */
export class HoldReview {
  private readonly log: EventLog
  private readonly working: WorkingOrders

  constructor(log: EventLog, working: WorkingOrders) {
    this.log = log
    this.working = working
  }

  /** @param portfolios in the order of their numbers */
  review(portfolios: readonly Portfolio[], timeMs: number): void {
    for (const portfolio of portfolios) {
      this.log.begin(portfolio, 'system')
      this.rebind(portfolio, timeMs)
      if (!portfolio.isMargin) this.cancelUnpayable(portfolio, timeMs)
    }
  }

  private rebind(portfolio: Portfolio, timeMs: number): void {
    for (const order of portfolio.openOrders()) {
      const { heldCents } = order
      updateHold(order)
      if (order.heldCents !== heldCents) this.working.change(order, timeMs)
    }
  }

  private cancelUnpayable(portfolio: Portfolio, timeMs: number): void {
    for (const order of portfolio.openOrders().reverse()) {
      if (portfolio.buyingPowerCents >= 0) return
      if (order.heldCents > 0) this.working.cancel(order, 'admin', timeMs)
    }
  }
}
