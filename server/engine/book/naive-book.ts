import { assert } from '../assert.ts'
import type { Side } from '../command.ts'
import { type Book, type BookSlot, type LevelVisitor, Matches, NO_OWNER, NONE } from './book.ts'

interface Resting {
  readonly slot: BookSlot
  readonly side: Side
  readonly ticks: number
  readonly owner: number
  lots: number
}

/** The oracle of OrderBook: the same book as two sorted arrays of orders, best first, as plain as possible. */
export class NaiveBook implements Book {
  readonly maxTicks: number
  readonly matches = new Matches()
  private readonly sides: Record<Side, Resting[]> = { buy: [], sell: [] }
  /** Every slot ever used, with its present or last order. */
  private readonly slots: Resting[] = []
  private readonly freeSlots: BookSlot[] = []
  private changed: { readonly side: Side; readonly ticks: number }[] = []

  constructor(maxTicks: number) {
    this.maxTicks = maxTicks
  }

  get bidTicks(): number {
    return this.sides.buy[0]?.ticks ?? NONE
  }

  get askTicks(): number {
    return this.sides.sell[0]?.ticks ?? NONE
  }

  add(side: Side, ticks: number, lots: number, owner: number): BookSlot {
    assert(ticks >= 1 && ticks <= this.maxTicks && lots >= 1, 'a price and quantity the book holds')
    assert(!this.crosses(side, ticks), 'an order that does not cross')
    const slot = this.freeSlots.pop() ?? this.slots.length + 1
    const order = { slot, side, ticks, owner, lots }
    this.slots[slot - 1] = order
    this.sides[side].push(order)
    this.sides[side].sort((a, b) => (side === 'buy' ? b.ticks - a.ticks : a.ticks - b.ticks))
    this.markChanged(side, ticks)
    return slot
  }

  remove(slot: BookSlot): void {
    const order = this.slots[slot - 1]
    assert(order !== undefined && order.lots > 0, 'a resting order')
    order.lots = 0
    this.leave(order)
  }

  reduce(slot: BookSlot, lots: number): void {
    const order = this.slots[slot - 1]
    assert(order !== undefined && lots >= 1 && lots <= order.lots, 'no more lots than a resting order has')
    order.lots = lots
    this.markChanged(order.side, order.ticks)
  }

  match(side: Side, lots: number, limitTicks: number, owner: number): number {
    this.matches.count = 0
    let left = lots
    while (left > 0) {
      const maker = this.sides[side === 'buy' ? 'sell' : 'buy'][0]
      if (maker === undefined || !this.crosses(side, limitTicks)) break
      if (owner !== NO_OWNER && maker.owner === owner) break
      const filled = Math.min(left, maker.lots)
      this.matches.push(maker.slot, maker.ticks, filled)
      left -= filled
      maker.lots -= filled
      this.markChanged(maker.side, maker.ticks)
      if (maker.lots === 0) this.leave(maker)
    }
    return left
  }

  ticksOf(slot: BookSlot): number {
    return this.slots[slot - 1]?.ticks ?? NONE
  }

  lotsOf(slot: BookSlot): number {
    return this.slots[slot - 1]?.lots ?? 0
  }

  ownerOf(slot: BookSlot): number {
    return this.slots[slot - 1]?.owner ?? NO_OWNER
  }

  firstAt(ticks: number): BookSlot {
    return this.ordersAt(ticks)[0]?.slot ?? NONE
  }

  nextAfter(slot: BookSlot): BookSlot {
    const queue = this.ordersAt(this.ticksOf(slot))
    return queue[queue.findIndex((order) => order.slot === slot) + 1]?.slot ?? NONE
  }

  lotsAt(ticks: number): number {
    return this.ordersAt(ticks).reduce((sum, order) => sum + order.lots, 0)
  }

  nextTicks(side: Side, ticks: number): number {
    const worse = this.sides[side].find((order) => (side === 'buy' ? order.ticks < ticks : order.ticks > ticks))
    return worse?.ticks ?? NONE
  }

  drainLevels(visit: LevelVisitor): void {
    const { changed } = this
    this.changed = []
    for (const { side, ticks } of changed) {
      const orders = this.sides[side].filter((order) => order.ticks === ticks)
      visit(
        side,
        ticks,
        orders.reduce((sum, order) => sum + order.lots, 0),
      )
    }
  }

  private crosses(side: Side, ticks: number): boolean {
    return side === 'buy' ? this.askTicks !== NONE && ticks >= this.askTicks : ticks <= this.bidTicks
  }

  private ordersAt(ticks: number): readonly Resting[] {
    return [...this.sides.buy, ...this.sides.sell].filter((order) => order.ticks === ticks)
  }

  private leave(order: Resting): void {
    this.markChanged(order.side, order.ticks)
    this.sides[order.side] = this.sides[order.side].filter((other) => other !== order)
    this.freeSlots.push(order.slot)
  }

  private markChanged(side: Side, ticks: number): void {
    if (!this.changed.some((level) => level.side === side && level.ticks === ticks)) this.changed.push({ side, ticks })
  }
}
