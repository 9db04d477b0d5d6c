import type { OpenOrder } from '../open-order.ts'
import { RemovableHeap } from './removable-heap.ts'

/** Above any price: no trigger is there. */
const NEVER = 2 ** 30

/**
 * The untriggered stops of one instrument: each side by its nearest trigger, and trailing ones by the high-water price
 * that moves first. A trade is only compared with two numbers, however many stops there are.
 */
export class WaitingStops {
  /** A trade strictly between these two affects no stop. */
  quietLowTicks = 0
  quietHighTicks = NEVER
  private readonly buys = new RemovableHeap<OpenOrder>((a, b) => isBefore(a.stopTicks - b.stopTicks, a, b))
  private readonly sales = new RemovableHeap<OpenOrder>((a, b) => isBefore(b.stopTicks - a.stopTicks, a, b))
  private readonly buyTrails = new RemovableHeap<OpenOrder>((a, b) =>
    isBefore(b.highWaterTicks - a.highWaterTicks, a, b),
  )
  private readonly saleTrails = new RemovableHeap<OpenOrder>((a, b) =>
    isBefore(a.highWaterTicks - b.highWaterTicks, a, b),
  )
  /** Stops whose high-water price changed since they were reported. */
  private readonly moved = new Set<OpenOrder>()

  add(order: OpenOrder): void {
    this.put(order)
    this.lookAgain()
  }

  /** Does nothing for one that has already triggered. */
  remove(order: OpenOrder): void {
    this.take(order)
    this.moved.delete(order)
    this.lookAgain()
  }

  /**
   * Handles a trade: high-water prices move, then the stops it reaches are removed and returned, by priority.
   * @param priorityMax the last priority armed before the trade
   * @param moveHighWater gives a trailing stop its new high-water price, trigger and hold
   */
  show(ticks: number, priorityMax: number, moveHighWater: (order: OpenOrder, ticks: number) => void): OpenOrder[] {
    for (const order of this.trailsLeftBy(ticks, priorityMax)) {
      this.take(order)
      moveHighWater(order, ticks)
      this.put(order)
      this.moved.add(order)
    }
    const reached = [
      ...takeWhile(this.buys, priorityMax, (order) => order.stopTicks <= ticks),
      ...takeWhile(this.sales, priorityMax, (order) => order.stopTicks >= ticks),
    ]
    for (const order of reached) this.remove(order)
    this.lookAgain()
    return reached.sort((a, b) => a.priority - b.priority)
  }

  /** The order is being reported anyway. */
  reported(order: OpenOrder): void {
    this.moved.delete(order)
  }

  /** Stops whose high-water price changed since they were reported, by priority. */
  takeMoved(): readonly OpenOrder[] {
    if (this.moved.size === 0) return []
    const moved = [...this.moved].sort((a, b) => a.priority - b.priority)
    this.moved.clear()
    return moved
  }

  private trailsLeftBy(ticks: number, priorityMax: number): OpenOrder[] {
    return [
      ...takeWhile(this.buyTrails, priorityMax, (order) => order.highWaterTicks > ticks),
      ...takeWhile(this.saleTrails, priorityMax, (order) => order.highWaterTicks < ticks),
    ]
  }

  private put(order: OpenOrder): void {
    const isBuy = order.side === 'buy'
    ;(isBuy ? this.buys : this.sales).add(order)
    if (order.type === 'trailing_stop') (isBuy ? this.buyTrails : this.saleTrails).add(order)
  }

  private take(order: OpenOrder): void {
    const isBuy = order.side === 'buy'
    ;(isBuy ? this.buys : this.sales).remove(order)
    if (order.type === 'trailing_stop') (isBuy ? this.buyTrails : this.saleTrails).remove(order)
  }

  private lookAgain(): void {
    const sellHighWater = this.saleTrails.first?.highWaterTicks ?? NEVER
    const buyHighWater = this.buyTrails.first?.highWaterTicks ?? 0
    this.quietHighTicks = Math.min(this.buys.first?.stopTicks ?? NEVER, sellHighWater + 1)
    this.quietLowTicks = Math.max(this.sales.first?.stopTicks ?? 0, buyHighWater - 1)
  }
}

const isBefore = (difference: number, a: OpenOrder, b: OpenOrder) =>
  difference < 0 || (difference === 0 && a.priority < b.priority)

/** The first items for which a condition is true, without those armed too late; the heap is unchanged. */
function takeWhile(
  heap: RemovableHeap<OpenOrder>,
  priorityMax: number,
  holds: (order: OpenOrder) => boolean,
): OpenOrder[] {
  const met: OpenOrder[] = []
  for (let first = heap.first; first !== undefined && holds(first); first = heap.first) {
    heap.remove(first)
    met.push(first)
  }
  for (const order of met) heap.add(order)
  return met.filter((order) => order.priority <= priorityMax)
}
