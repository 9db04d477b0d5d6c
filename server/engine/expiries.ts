import type { OpenOrder } from './open-order.ts'
import { RemovableHeap } from './triggers/removable-heap.ts'

/** Open orders with an end, by time, then account and number, so that a restart changes nothing. */
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

  /** The next expired order, which the caller must close. */
  due(timeMs: number): OpenOrder | undefined {
    const { first } = this.heap
    return first !== undefined && endOf(first) <= timeMs ? first : undefined
  }
}

const endOf = ({ expireAtMs }: OpenOrder): number => expireAtMs ?? Infinity
