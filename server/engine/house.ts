import type { Side } from './command.ts'

/** A resting order's slot, which is all that the simulated participants may know of it. */
export type Slot = number
export const NO_SLOT: Slot = -1

/**
 * One instrument's book as the simulated participants use it: the same book as the users', without account, hold or
 * fee. Prices are in ticks, quantities in lots; an order is a slot, which is reused once the order has left.
 */
export interface HouseMarket {
  /** Best prices; 0 when the side is empty. */
  readonly bidTicks: number
  readonly askTicks: number
  readonly maxTicks: number
  /** Lots resting at a price, including users' orders. */
  lotsAt(ticks: number): number
  /** The oldest order at a price, and the one behind a slot; NO_SLOT at the end. */
  firstAt(ticks: number): Slot
  nextAfter(slot: Slot): Slot
  isHouse(slot: Slot): boolean
  /** The tag that the participant attached to a house order. */
  tagOf(slot: Slot): number
  /**
   * Adds a resting order of the house. The caller must make sure that it does not cross.
   * @param tag passed to `onHouseFill`
   */
  place(side: Side, ticks: number, lots: number, tag: number): Slot
  /** Removes a resting order of the house. */
  cancel(slot: Slot): void
  /**
   * A marketable order of the house: trades up to `lots` at prices not worse than `limitTicks`; the rest is dropped. In
   * a market that is not open it trades nothing. When it returns, everything it triggered (stops, exits) has happened
   * too, so the book may have changed anywhere.
   * @param timeMs market time of its trades
   * @returns the lots filled
   */
  take(side: Side, lots: number, limitTicks: number, timeMs: number): number
  /** Called for each fill of a resting house order; `gone` when it is completely filled and its slot is free. */
  onHouseFill: (tag: number, slot: Slot, lots: number, gone: boolean) => void
}
