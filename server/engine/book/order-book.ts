import { assert } from '../assert.ts'
import type { Side } from '../command.ts'
import { LOTS_MAX } from '../instrument.ts'
import { type Book, type BookSlot, doubled, type LevelVisitor, Matches, NO_OWNER, NONE } from './book.ts'
import { LevelBitmap } from './level-bitmap.ts'

const FIRST_CAPACITY = 1_024
/** In `changed`, one bit for each side of a price. */
const BID_CHANGED = 1
const ASK_CHANGED = 2

/**
 * The fast book: columns of typed arrays, without an object per order or allocations in loops. The book is never
 * crossed, so a price belongs to one side at a time, and both sides share the levels and one bitmap: prices up to the
 * best bid are bids, prices from the best ask on are asks. Everything starts at 0, which is NONE, so pages that are
 * never used cost no memory.
 */
export class OrderBook implements Book {
  readonly maxTicks: number
  bidTicks = NONE
  askTicks = NONE
  readonly matches = new Matches()

  // One column per field of a resting order, by slot; free slots are linked through `nextOf`.
  private ticksColumn = new Int32Array(FIRST_CAPACITY)
  private lotsColumn = new Int32Array(FIRST_CAPACITY)
  private ownerColumn = new Int32Array(FIRST_CAPACITY)
  private nextColumn = new Int32Array(FIRST_CAPACITY)
  private previousColumn = new Int32Array(FIRST_CAPACITY)
  private slotsUsed = 0
  private freeSlot: BookSlot = NONE

  // One column per field of a level, by price.
  private readonly firstColumn: Int32Array
  private readonly lastColumn: Int32Array
  private readonly levelLots: Float64Array
  private readonly levels: LevelBitmap

  private readonly changed: Uint8Array
  private changedTicks = new Int32Array(FIRST_CAPACITY)
  private changedCount = 0

  constructor(maxTicks: number) {
    this.maxTicks = maxTicks
    this.firstColumn = new Int32Array(maxTicks + 1)
    this.lastColumn = new Int32Array(maxTicks + 1)
    this.levelLots = new Float64Array(maxTicks + 1)
    this.levels = new LevelBitmap(maxTicks)
    this.changed = new Uint8Array(maxTicks + 1)
  }

  add(side: Side, ticks: number, lots: number, owner: number): BookSlot {
    assert(ticks >= 1 && ticks <= this.maxTicks && lots >= 1 && lots <= LOTS_MAX, 'a price and quantity the book holds')
    if (side === 'buy') {
      assert(this.askTicks === NONE || ticks < this.askTicks, 'a bid below the best ask')
      if (ticks > this.bidTicks) this.bidTicks = ticks
    } else {
      assert(ticks > this.bidTicks, 'an ask above the best bid')
      if (this.askTicks === NONE || ticks < this.askTicks) this.askTicks = ticks
    }
    const slot = this.takeSlot()
    const last = this.lastColumn[ticks] ?? NONE
    this.ticksColumn[slot] = ticks
    this.lotsColumn[slot] = lots
    this.ownerColumn[slot] = owner
    this.nextColumn[slot] = NONE
    this.previousColumn[slot] = last
    this.lastColumn[ticks] = slot
    if (last === NONE) {
      this.firstColumn[ticks] = slot
      this.levels.set(ticks)
    } else this.nextColumn[last] = slot
    this.levelLots[ticks] = (this.levelLots[ticks] ?? 0) + lots
    this.markChanged(ticks, side === 'buy' ? BID_CHANGED : ASK_CHANGED)
    return slot
  }

  remove(slot: BookSlot): void {
    const ticks = this.ticksColumn[slot] ?? NONE
    const lots = this.lotsColumn[slot] ?? 0
    assert(lots > 0, 'a resting order')
    const next = this.nextColumn[slot] ?? NONE
    const previous = this.previousColumn[slot] ?? NONE
    if (previous === NONE) this.firstColumn[ticks] = next
    else this.nextColumn[previous] = next
    if (next === NONE) this.lastColumn[ticks] = previous
    else this.previousColumn[next] = previous
    this.levelLots[ticks] = (this.levelLots[ticks] ?? 0) - lots
    this.markChanged(ticks, ticks <= this.bidTicks ? BID_CHANGED : ASK_CHANGED)
    this.freeSlotOf(slot)
    if (next === NONE && previous === NONE) this.dropLevel(ticks)
  }

  reduce(slot: BookSlot, lots: number): void {
    const ticks = this.ticksColumn[slot] ?? NONE
    const before = this.lotsColumn[slot] ?? 0
    assert(lots >= 1 && lots <= before, 'no more lots than a resting order has')
    this.lotsColumn[slot] = lots
    this.levelLots[ticks] = (this.levelLots[ticks] ?? 0) - before + lots
    this.markChanged(ticks, ticks <= this.bidTicks ? BID_CHANGED : ASK_CHANGED)
  }

  match(side: Side, lots: number, limitTicks: number, owner: number): number {
    const { matches } = this
    matches.count = 0
    let left = lots
    while (left > 0) {
      const ticks = side === 'buy' ? this.askTicks : this.bidTicks
      if (ticks === NONE || (side === 'buy' ? ticks > limitTicks : ticks < limitTicks)) return left
      const first = this.firstColumn[ticks] ?? NONE
      let slot = first
      let taken = 0
      while (slot !== NONE && left > 0) {
        if (owner !== NO_OWNER && this.ownerColumn[slot] === owner) break
        const resting = this.lotsColumn[slot] ?? 0
        const filled = resting < left ? resting : left
        matches.push(slot, ticks, filled)
        left -= filled
        taken += filled
        if (filled < resting) {
          this.lotsColumn[slot] = resting - filled
          break
        }
        const next = this.nextColumn[slot] ?? NONE
        this.freeSlotOf(slot)
        slot = next
      }
      if (taken === 0) return left
      this.levelLots[ticks] = (this.levelLots[ticks] ?? 0) - taken
      this.markChanged(ticks, side === 'buy' ? ASK_CHANGED : BID_CHANGED)
      this.firstColumn[ticks] = slot
      if (slot === NONE) {
        this.lastColumn[ticks] = NONE
        this.dropLevel(ticks)
      } else {
        this.previousColumn[slot] = NONE
        if (left > 0) return left // an order of the same owner comes first
      }
    }
    return left
  }

  ticksOf(slot: BookSlot): number {
    return this.ticksColumn[slot] ?? NONE
  }

  lotsOf(slot: BookSlot): number {
    return this.lotsColumn[slot] ?? 0
  }

  ownerOf(slot: BookSlot): number {
    return this.ownerColumn[slot] ?? NO_OWNER
  }

  firstAt(ticks: number): BookSlot {
    return this.firstColumn[ticks] ?? NONE
  }

  nextAfter(slot: BookSlot): BookSlot {
    return this.nextColumn[slot] ?? NONE
  }

  lotsAt(ticks: number): number {
    return this.levelLots[ticks] ?? 0
  }

  nextTicks(side: Side, ticks: number): number {
    return side === 'buy' ? this.levels.below(ticks) : this.levels.above(ticks)
  }

  drainLevels(visit: LevelVisitor): void {
    for (let at = 0; at < this.changedCount; at++) {
      const entry = this.changedTicks[at] ?? 0
      const ticks = entry >> 1
      const side = (entry & 1) === 0 ? 'buy' : 'sell'
      const isThisSide = side === 'buy' ? ticks <= this.bidTicks : this.askTicks !== NONE && ticks >= this.askTicks
      this.changed[ticks] = 0
      visit(side, ticks, isThisSide ? this.lotsAt(ticks) : 0)
    }
    this.changedCount = 0
  }

  private dropLevel(ticks: number): void {
    this.levels.clear(ticks)
    if (ticks === this.bidTicks) this.bidTicks = this.levels.below(ticks)
    else if (ticks === this.askTicks) this.askTicks = this.levels.above(ticks)
  }

  private markChanged(ticks: number, sideBit: number): void {
    const bits = this.changed[ticks] ?? 0
    if ((bits & sideBit) !== 0) return
    this.changed[ticks] = bits | sideBit
    if (this.changedCount === this.changedTicks.length) this.changedTicks = doubled(this.changedTicks)
    this.changedTicks[this.changedCount++] = (ticks << 1) | (sideBit === BID_CHANGED ? 0 : 1)
  }

  private takeSlot(): BookSlot {
    const slot = this.freeSlot
    if (slot !== NONE) {
      this.freeSlot = this.nextColumn[slot] ?? NONE
      return slot
    }
    if (++this.slotsUsed === this.lotsColumn.length) this.growSlots()
    return this.slotsUsed
  }

  private freeSlotOf(slot: BookSlot): void {
    this.lotsColumn[slot] = 0
    this.nextColumn[slot] = this.freeSlot
    this.freeSlot = slot
  }

  private growSlots(): void {
    this.ticksColumn = doubled(this.ticksColumn)
    this.lotsColumn = doubled(this.lotsColumn)
    this.ownerColumn = doubled(this.ownerColumn)
    this.nextColumn = doubled(this.nextColumn)
    this.previousColumn = doubled(this.previousColumn)
  }
}
