import { assert } from '../assert.ts'
import type { Side } from '../command.ts'
import { LOTS_MAX } from '../instrument.ts'
import type { OpenOrder } from '../open-order.ts'
import { trailedStopTicks } from '../triggers/trailing.ts'

/** `numerator` new lots for each `denominator` old ones, and what that makes of an order. */
export class SplitRatio {
  readonly numerator: number
  readonly denominator: number

  constructor(numerator: number, denominator: number) {
    assert(Number.isSafeInteger(numerator) && numerator >= 1, 'a whole number of lots to become')
    assert(Number.isSafeInteger(denominator) && denominator >= 1, 'a whole number of lots that become them')
    this.numerator = numerator
    this.denominator = denominator
  }

  /** Whole new lots. */
  lots(lots: number): number {
    return Number((BigInt(lots) * BigInt(this.numerator)) / BigInt(this.denominator))
  }

  /** A price in any unit, rounded half up. */
  price(price: number): number {
    const divisor = BigInt(this.numerator)
    return Number((2n * BigInt(price) * BigInt(this.denominator) + divisor) / (2n * divisor))
  }

  /** An order's price: a buy is rounded down, a sale up; 0 is none. */
  orderTicks(side: Side, ticks: number): number {
    const divisor = BigInt(this.numerator)
    const dividend = BigInt(ticks) * BigInt(this.denominator)
    return Number(side === 'buy' ? dividend / divisor : (dividend + divisor - 1n) / divisor)
  }

  /**
   * Whether an order cannot go on: nothing of it, or no price, would be left, it would be of more lots than a book holds,
   * or it is an entry whose legs grow with what it has filled: lots of two kinds would be counted together.
   */
  ends(order: OpenOrder): boolean {
    const { side, role, group, filledLots, market } = order
    const lots = this.lots(order.remainingLots)
    if (lots === 0 || lots > LOTS_MAX) return true
    if (role === undefined && filledLots > 0 && group !== undefined && group.legs.length > 0) return true
    return [order.limitTicks, order.stopTicks, order.highWaterTicks]
      .filter((ticks) => ticks > 0)
      .map((ticks) => this.orderTicks(side, ticks))
      .some((ticks) => ticks < 1 || ticks > market.book.maxTicks)
  }

  /** What an order becomes that is in no place now. What it has filled stays as it was. */
  change(order: OpenOrder): void {
    const { side, market } = order
    order.lots = order.filledLots + this.lots(order.remainingLots)
    order.limitTicks = this.orderTicks(side, order.limitTicks)
    order.stopTicks = this.orderTicks(side, order.stopTicks)
    order.highWaterTicks = this.orderTicks(side, order.highWaterTicks)
    if (order.trailTicks > 0) order.trailTicks = Math.max(1, this.orderTicks('buy', order.trailTicks))
    if (order.highWaterTicks > 0) order.stopTicks = trailedStopTicks(order, order.highWaterTicks, market.book.maxTicks)
  }
}
