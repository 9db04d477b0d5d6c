import { type BookSlot, NONE } from './book/book.ts'
import type { Market } from './market.ts'
import type { Portfolio } from './portfolio.ts'
import type { Order } from './state.ts'

/** An order at work: with its owner and market at hand, and its place in the book once it rests. */
export class OpenOrder {
  readonly order: Order
  readonly portfolio: Portfolio
  readonly market: Market
  slot: BookSlot = NONE

  constructor(order: Order, portfolio: Portfolio, market: Market) {
    this.order = order
    this.portfolio = portfolio
    this.market = market
  }

  get isResting(): boolean {
    return this.slot !== NONE
  }

  get remainingLots(): number {
    return this.order.lots - this.order.filledLots
  }
}
