import type { Side } from '../command.ts'

/** Identifies a resting order in its book: a number from 1, reused once the order has left. */
export type BookSlot = number
/** No slot; as a price, an empty side. */
export const NONE = 0
/** The owner of the house's orders, which the self-trade rule ignores. */
export const NO_OWNER = 0

/** Receives the quantity that now rests at a price, in lots; 0 when the level is empty. */
export type LevelVisitor = (side: Side, ticks: number, lots: number) => void

/**
 * One instrument's resting orders in price-time priority. Prices are ticks from 1 to `maxTicks`, quantities lots. It
 * knows neither accounts nor money, and is never crossed: an order is matched before its rest is added.
 */
export interface Book {
  readonly maxTicks: number
  /** Best prices; 0 when the side is empty. */
  readonly bidTicks: number
  readonly askTicks: number
  /** The fills of the last `match`, oldest first; valid until the next `match` or `add`. */
  readonly matches: Matches

  /** Adds an order behind all others at its price. It must not cross. */
  add(side: Side, ticks: number, lots: number, owner: number): BookSlot
  /** Removes a resting order. */
  remove(slot: BookSlot): void
  /** Reduces a resting order to `lots`, at least 1; it keeps its place. */
  reduce(slot: BookSlot, lots: number): void
  /**
   * Fills against the other side at prices not worse than `limitTicks`, and writes `matches`. It stops at an order of
   * the same `owner`, unless that is NO_OWNER.
   * @returns the lots left
   */
  match(side: Side, lots: number, limitTicks: number, owner: number): number

  /** Also for an order that the last `match` filled: it then has 0 lots. */
  ticksOf(slot: BookSlot): number
  lotsOf(slot: BookSlot): number
  ownerOf(slot: BookSlot): number

  /** The oldest order at a price, and the order behind a resting one; NONE at the end. */
  firstAt(ticks: number): BookSlot
  nextAfter(slot: BookSlot): BookSlot
  lotsAt(ticks: number): number
  /** The next worse price with orders, starting from one that has orders; 0 at the end. */
  nextTicks(side: Side, ticks: number): number

  /**
   * Visits the levels whose quantity may have changed since the last call, each once, in the order of their first
   * change.
   */
  drainLevels(visit: LevelVisitor): void
}

/** The fills of one `match` in parallel columns, which are reused so that matching allocates nothing. */
export class Matches {
  count = 0
  slots = new Int32Array(64)
  ticks = new Int32Array(64)
  lots = new Int32Array(64)

  push(slot: BookSlot, ticks: number, lots: number): void {
    const at = this.count
    if (at === this.slots.length) this.grow()
    this.slots[at] = slot
    this.ticks[at] = ticks
    this.lots[at] = lots
    this.count = at + 1
  }

  private grow(): void {
    this.slots = doubled(this.slots)
    this.ticks = doubled(this.ticks)
    this.lots = doubled(this.lots)
  }
}

/** A copy of twice the length, filled up with 0. */
export function doubled(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(column.length * 2)
  longer.set(column)
  return longer
}
