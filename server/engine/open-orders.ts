import { assert } from './assert.ts'
import type { OpenOrder } from './open-order.ts'

/** Gone orders that may stand in the list, before as many again as are open are swept out. */
const GONE_MIN = 32

/**
 * An account's resting orders by their running number. Orders mostly come with rising numbers, so a sorted list is
 * searched by halves and appended to; what has gone leaves a hole until holes outnumber orders. Two maps in its place
 * took a fifth of the engine's time. Names are looked up in a map that is only kept once its account uses names.
 */
export class OpenOrders {
  private readonly numbers: number[] = []
  private readonly orders: (OpenOrder | undefined)[] = []
  private count = 0
  private byClientId: Map<string, OpenOrder> | undefined

  add(open: OpenOrder): void {
    const { number } = open
    const isLast = number > (this.numbers[this.numbers.length - 1] ?? 0)
    const at = isLast ? this.numbers.length : this.placeOf(number)
    assert(isLast || this.numbers[at] !== number, 'an order that rests once')
    if (isLast) {
      this.numbers.push(number)
      this.orders.push(open)
    } else {
      this.numbers.splice(at, 0, number)
      this.orders.splice(at, 0, open)
    }
    this.count++
    this.byClientId?.set(open.clientOrderId, open)
  }

  remove(order: OpenOrder): void {
    const at = this.placeOf(order.number)
    assert(this.numbers[at] === order.number && this.orders[at] !== undefined, 'an order that rests')
    this.orders[at] = undefined
    this.count--
    this.byClientId?.delete(order.clientOrderId)
    if (this.orders.length > 2 * this.count + GONE_MIN) this.sweep()
  }

  get(number: number): OpenOrder | undefined {
    const at = this.placeOf(number)
    return this.numbers[at] === number ? this.orders[at] : undefined
  }

  getByClientId(clientOrderId: string): OpenOrder | undefined {
    this.byClientId ??= new Map(this.all().map((open) => [open.clientOrderId, open]))
    return this.byClientId.get(clientOrderId)
  }

  /** Oldest first. */
  all(): OpenOrder[] {
    return this.orders.filter((open) => open !== undefined)
  }

  /** Where a number stands, or would. */
  private placeOf(number: number): number {
    const { numbers } = this
    let low = 0
    let high = numbers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((numbers[middle] ?? 0) < number) low = middle + 1
      else high = middle
    }
    return low
  }

  private sweep(): void {
    let kept = 0
    // Neither an order nor its number is read out of the order itself: most are cold.
    for (let at = 0; at < this.orders.length; at++) {
      const open = this.orders[at]
      if (open === undefined) continue
      this.orders[kept] = open
      this.numbers[kept] = this.numbers[at] ?? 0
      kept++
    }
    this.orders.length = kept
    this.numbers.length = kept
  }
}
