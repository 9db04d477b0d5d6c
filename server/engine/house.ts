import type { Side } from './command.ts'

/** Who owns a resting order, as far as the simulated participants may know. */
export type Slot = number
export const NO_SLOT: Slot = -1

/**
 * One instrument's book as the simulated participants trade in it: the same book as the users', without account, hold
 * or fee. Prices in ticks, quantities in lots; an order is a slot, which is free again once it has gone.
 */
export interface HouseMarket {
  /** Best prices; 0 when the side is empty. */
  readonly bidTicks: number
  readonly askTicks: number
  readonly maxTicks: number
  /** Lots resting at a price, users' among them. */
  lotsAt(ticks: number): number
  /** The oldest order at a price, and the one behind a slot; NO_SLOT at the end. */
  firstAt(ticks: number): Slot
  nextAfter(slot: Slot): Slot
  isHouse(slot: Slot): boolean
  /** What the participant gave with a house order. */
  tagOf(slot: Slot): number
  /**
   * Rests an order of the house. The caller sees to it that it does not cross.
   * @param tag handed back by `onHouseFill`
   */
  place(side: Side, ticks: number, lots: number, tag: number): Slot
  /** Takes a resting order of the house out. */
  cancel(slot: Slot): void
  /**
   * A marketable order of the house: takes up to `lots` at prices not worse than `limitTicks`; the rest is dropped. In a
   * market that is not open it takes nothing. What it sets off (stops, exits) has happened too when it returns: the book
   * may have changed anywhere.
   * @param timeMs market time of the trades it makes
   * @returns lots filled
   */
  take(side: Side, lots: number, limitTicks: number, timeMs: number): number
  /** Called for each fill of a resting house order; `gone` when nothing of it is left and its slot is free. */
  onHouseFill: (tag: number, slot: Slot, lots: number, gone: boolean) => void
}
