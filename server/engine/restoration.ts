import { assert } from './assert.ts'
import type { DeadMen } from './dead-men.ts'
import type { EventLog } from './event-log.ts'
import type { Markets } from './markets.ts'
import { OpenOrder } from './open-order.ts'
import type { Portfolio } from './portfolio.ts'
import type { Portfolios } from './portfolios.ts'
import type { HoldReview } from './risk/hold-review.ts'
import type { MarginWatch } from './risk/margin-watch.ts'
import type { Account, DeadMan, Order, Position } from './state.ts'
import type { WorkingOrders } from './working-orders.ts'

interface RestorationParts {
  readonly log: EventLog
  readonly markets: Markets
  readonly portfolios: Portfolios
  readonly working: WorkingOrders
  readonly deadMen: DeadMen
  readonly holdReview: HoldReview
  readonly watch: MarginWatch
}

/** Puts stored state into an engine that has none, at a start. */
export class Restoration {
  private readonly parts: RestorationParts

  constructor(parts: RestorationParts) {
    this.parts = parts
  }

  /** Restores an account as stored, with `heldCents` 0, also the exchange's own three. Emits no event. */
  account(account: Account): void {
    assert(account.heldCents === 0, 'a stored account without holds: they come with its orders')
    const known = this.parts.portfolios.find(account.account)
    if (known === undefined) this.watchMargin(this.parts.portfolios.admit({ ...account }))
    else {
      assert(known.isExchange, 'an account that is restored once')
      Object.assign(known.account, account)
    }
  }

  /** Restores a position, after its account, as stored, with `heldLots` 0. Emits no event. */
  position(stored: Position): void {
    assert(stored.heldLots === 0, 'a stored position without holds: they come with its orders')
    const portfolio = this.parts.portfolios.of(stored.account)
    Object.assign(portfolio.positionToChange(this.parts.markets.of(stored.symbol)), stored)
    this.watchMargin(portfolio)
  }

  /**
   * Restores an open order, after accounts and positions. Call it in order of priority; held legs have none. The order
   * rests without matching, or is untriggered or held as before, with its holds and its group. Emits no event.
   */
  order(stored: Order): void {
    this.parts.working.restore(
      OpenOrder.restored(stored, this.parts.portfolios.of(stored.account), this.parts.markets.of(stored.symbol)),
    )
  }

  /**
   * After all orders: fees or bands may have been raised since the orders were stored, so what they reserve is
   * computed anew, and orders that a cash account can no longer pay for are canceled. Emits events.
   */
  reviewHolds(atMs: number): void {
    this.parts.holdReview.review(this.parts.portfolios.inOrder(), this.parts.log.marketTime(atMs))
  }

  /** Restores a dead man's switch as stored. Emits no event. */
  deadMan(deadMan: DeadMan): void {
    const { atMs } = deadMan
    if (atMs !== undefined) this.parts.deadMen.arm({ ...deadMan, atMs })
  }

  /** Restores the price of the last trade, with which stops are compared; without it, the mid price is used. */
  lastTrade(symbol: string, ticks: number): void {
    this.parts.markets.of(symbol).lastTicks = ticks
  }

  /** Restores the mark, in millionths of a tick; without it, the mark starts at the first mid price. */
  mark(symbol: string, markMicroTicks: number): void {
    assert(Number.isSafeInteger(markMicroTicks) && markMicroTicks >= 0, 'a mark of 0 or more')
    this.parts.markets.of(symbol).markMicroTicks = markMicroTicks
  }

  private watchMargin(portfolio: Portfolio): void {
    if (portfolio.isMargin) this.parts.watch.note(portfolio)
  }
}
