import { assert } from '../assert.ts'
import type { Side, SplitShares } from '../command.ts'
import { LOTS_MAX } from '../instrument.ts'
import type { OpenOrder } from '../open-order.ts'
import { holdOn, isPricedByTrigger } from '../risk/holds.ts'
import { trailedStopTicks } from '../triggers/trailing.ts'

type Prices = Pick<OpenOrder, 'limitTicks' | 'stopTicks' | 'trailTicks' | 'highWaterTicks'>

/** `numerator` new lots for each `denominator` old ones, and how an order changes. */
export class SplitRatio {
  readonly numerator: number
  readonly denominator: number
  /** The highest price of the book after the split. */
  readonly maxTicks: number

  constructor({ numerator, denominator, maxTicks }: Omit<SplitShares, 'kind' | 'symbol'>) {
    assert(Number.isSafeInteger(numerator) && numerator >= 1, 'a whole number of lots to become')
    assert(Number.isSafeInteger(denominator) && denominator >= 1, 'a whole number of lots that become them')
    this.numerator = numerator
    this.denominator = denominator
    this.maxTicks = maxTicks
  }

  /** New lots, rounded down. */
  lots(lots: number): number {
    return Number((BigInt(lots) * BigInt(this.numerator)) / BigInt(this.denominator))
  }

  /** A price in any unit, rounded half up. */
  price(price: number): number {
    const divisor = BigInt(this.numerator)
    return Number((2n * BigInt(price) * BigInt(this.denominator) + divisor) / (2n * divisor))
  }

  /** The new price of an order: rounded down for a buy, up for a sell; 0 means none. */
  orderTicks(side: Side, ticks: number): number {
    const divisor = BigInt(this.numerator)
    const dividend = BigInt(ticks) * BigInt(this.denominator)
    return Number(side === 'buy' ? dividend / divisor : (dividend + divisor - 1n) / divisor)
  }

  /**
   * Whether an order must be canceled: no lots or no price would be left, it would have more lots than a book can hold,
   * or it is a partly filled entry whose legs grow with its fills, which would mix old and new lots.
   */
  ends(order: OpenOrder): boolean {
    const { side, role, group, filledLots } = order
    if (this.lots(order.remainingLots) > LOTS_MAX || this.lotsLeft(order) === 0) return true
    if (role === undefined && filledLots > 0 && group !== undefined && group.legs.length > 0) return true
    return [order.limitTicks, order.stopTicks, order.highWaterTicks]
      .filter((ticks) => ticks > 0)
      .map((ticks) => this.orderTicks(side, ticks))
      .some((ticks) => ticks < 1 || ticks > this.maxTicks)
  }

  /**
   * The lots that an order has left after the split; call it while the order still holds what it held. Because prices
   * are rounded, and the hold of a stop is computed from a price a band above its trigger, rounded up, more lots could
   * hold more than the account has. An untriggered buy is reduced to what its hold pays for, together with the held
   * legs of an entry.
   */
  lotsLeft(order: OpenOrder): number {
    if (order.status === 'held' && order.group?.entry !== undefined) return this.lotsLeft(order.group.entry)
    const lots = this.lots(order.remainingLots)
    const { portfolio, market, side, heldCents } = order
    if (side === 'sell' || portfolio.isMargin || !isPricedByTrigger(order)) return lots
    const { stopTicks } = this.prices(order)
    const after = { book: { maxTicks: this.maxTicks }, instrument: market.instrument }
    let [payable, tooMany] = [0, lots + 1]
    while (tooMany - payable > 1) {
      const middle = Math.floor((payable + tooMany) / 2)
      if (holdOn(order, middle, after, stopTicks) <= heldCents) payable = middle
      else tooMany = middle
    }
    return payable
  }

  /** Changes an order that has been withdrawn from the market. Its fills stay as they were. */
  change(order: OpenOrder, lotsLeft: number): void {
    order.lots = order.filledLots + lotsLeft
    Object.assign(order, this.prices(order))
  }

  private prices(order: OpenOrder): Prices {
    const { side, trailBps } = order
    const highWaterTicks = this.orderTicks(side, order.highWaterTicks)
    const trailTicks = order.trailTicks === 0 ? 0 : Math.max(1, this.orderTicks('buy', order.trailTicks))
    const stopTicks =
      highWaterTicks === 0
        ? this.orderTicks(side, order.stopTicks)
        : trailedStopTicks({ side, trailTicks, trailBps }, highWaterTicks, this.maxTicks)
    return { limitTicks: this.orderTicks(side, order.limitTicks), stopTicks, trailTicks, highWaterTicks }
  }
}
