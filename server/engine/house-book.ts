import type { Cascade } from './cascade.ts'
import { assert } from './assert.ts'
import { NO_OWNER, NONE } from './book/book.ts'
import type { Side } from './command.ts'
import type { Fill } from './event.ts'
import type { EventLog } from './event-log.ts'
import { type HouseMarket, NO_SLOT, type Slot } from './house.ts'
import type { Market } from './market.ts'
import type { Matching } from './matching.ts'

/** The simulated participants' access to one market: orders without account, hold or fee. */
export class HouseBook implements HouseMarket {
  private readonly market: Market
  private readonly matching: Matching
  private readonly log: EventLog
  private readonly cascade: Cascade
  private readonly fills: Fill[] = []

  constructor(parts: { market: Market; matching: Matching; log: EventLog; cascade: Cascade }) {
    this.market = parts.market
    this.matching = parts.matching
    this.log = parts.log
    this.cascade = parts.cascade
  }

  get bidTicks(): number {
    return this.market.book.bidTicks
  }

  get askTicks(): number {
    return this.market.book.askTicks
  }

  get maxTicks(): number {
    return this.market.book.maxTicks
  }

  get onHouseFill() {
    return this.market.onHouseFill
  }

  set onHouseFill(tell: HouseMarket['onHouseFill']) {
    this.market.onHouseFill = tell
  }

  lotsAt(ticks: number): number {
    return this.market.book.lotsAt(ticks)
  }

  firstAt(ticks: number): Slot {
    return slotOrNone(this.market.book.firstAt(ticks))
  }

  nextAfter(slot: Slot): Slot {
    return slotOrNone(this.market.book.nextAfter(slot))
  }

  isHouse(slot: Slot): boolean {
    return this.market.book.lotsOf(slot) > 0 && this.market.book.ownerOf(slot) === NO_OWNER
  }

  tagOf(slot: Slot): number {
    return this.market.houseTags[slot] ?? 0
  }

  place(side: Side, ticks: number, lots: number, tag: number): Slot {
    assert(!this.market.isMatching, 'no order of the house while fills are being reported')
    const slot = this.market.book.add(side, ticks, lots, NO_OWNER)
    this.market.houseTags[slot] = tag
    return slot
  }

  cancel(slot: Slot): void {
    assert(!this.market.isMatching && this.isHouse(slot), 'a resting order of the house, and no fills being reported')
    this.market.book.remove(slot)
  }

  take(side: Side, lots: number, limitTicks: number, atMs: number): number {
    assert(!this.market.isMatching && lots >= 1, 'a quantity to take, and no fills being reported')
    const { market } = this
    if (market.status !== 'open') return 0
    const timeMs = this.log.marketTime(atMs)
    this.log.begin(undefined, 'trade')
    const left = this.matching.take({ market, taker: undefined, side, lots, limitTicks, timeMs }, this.fills)
    this.cascade.run(timeMs)
    return lots - left
  }
}

const slotOrNone = (slot: number): Slot => (slot === NONE ? NO_SLOT : slot)
