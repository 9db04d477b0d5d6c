import { assert } from './assert.ts'

/**
 * The mark: an exponential average of the mid price with a time constant of 5 s, updated every 50 ms in integer
 * millionths of a tick. Each quantum moves it by 1 − e^(−0.05 s ÷ 5 s) of its distance to the mid.
 */
export const MICRO_TICKS = 1_000_000
const HALF_TICK = MICRO_TICKS / 2
/** 1 − e^(−0.01) as a fraction of 2^20: the product with the distance stays exact, and the quotient is a shift. */
const WEIGHT = 10_434
const WEIGHT_UNIT = 2 ** 20

/**
 * @param markMicroTicks the previous mark; 0 if there was none
 * @param midHalfTicks the mid price in half ticks, more than 0
 */
export function stepMark(markMicroTicks: number, midHalfTicks: number): number {
  const midMicroTicks = midHalfTicks * HALF_TICK
  if (markMicroTicks === 0) return midMicroTicks
  return markMicroTicks + Math.round(((midMicroTicks - markMicroTicks) * WEIGHT) / WEIGHT_UNIT)
}

/** The change of a mark as a fraction of the smaller of its two values; 0 at the start. */
export const relativeStep = (before: number, after: number): number =>
  before === 0 ? 0 : Math.abs(after - before) / Math.min(before, after)

/** The mark in whole and half ticks, rounded half up. */
export const wholeTicksOf = (markMicroTicks: number): number => Math.round(markMicroTicks / MICRO_TICKS)
export const halfTicksOf = (markMicroTicks: number): number => Math.round(markMicroTicks / HALF_TICK)

/** Below this, products are exact, and dividing doubles and rounding down gives the exact integer. */
const EXACT_MAX = 2 ** 52

/**
 * The value of lots at a mark, in cents: rounded half up by absolute value, negative for a short. Whole ticks are worth
 * whole cents, so only the fraction of a tick is rounded, and only that product could exceed safe integers.
 * @param lots of a position, with any sign
 * @param markMicroTicks 0 or more; without a mark lots are worth nothing
 */
export function markValueCents(lots: number, markMicroTicks: number, centsPerTickLot: number): number {
  const centsPerTick = Math.abs(lots) * centsPerTickLot
  const partMicroTicks = markMicroTicks % MICRO_TICKS
  const wholeCents = centsPerTick * ((markMicroTicks - partMicroTicks) / MICRO_TICKS)
  const cents = wholeCents + microHalfUp(centsPerTick, partMicroTicks)
  assert(Number.isSafeInteger(cents), 'a value that a double holds')
  return lots < 0 ? 0 - cents : cents
}

function microHalfUp(centsPerTick: number, microTicks: number): number {
  const doubled = 2 * centsPerTick * microTicks + MICRO_TICKS
  if (doubled < EXACT_MAX) return Math.floor(doubled / (2 * MICRO_TICKS))
  return Number((2n * BigInt(centsPerTick) * BigInt(microTicks) + BigInt(MICRO_TICKS)) / BigInt(2 * MICRO_TICKS))
}
