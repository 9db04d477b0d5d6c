import type { OpenOrder } from './open-order.ts'
import { RemovableHeap } from './triggers/removable-heap.ts'

/** The open orders whose end has a time, the nearest first: then by account and number, so that a restart changes nothing. */
export class Expiries {
  private readonly heap = new RemovableHeap<OpenOrder>(
    (a, b) => (endOf(a) - endOf(b) || a.account - b.account || a.number - b.number) < 0,
  )

  add(order: OpenOrder): void {
    this.heap.add(order)
  }

  remove(order: OpenOrder): void {
    this.heap.remove(order)
  }

  /** The next one that is over; it is for the caller to close it. */
  due(timeMs: number): OpenOrder | undefined {
    const { first } = this.heap
    return first !== undefined && endOf(first) <= timeMs ? first : undefined
  }
}

const endOf = ({ expireAtMs }: OpenOrder): number => expireAtMs ?? Infinity
