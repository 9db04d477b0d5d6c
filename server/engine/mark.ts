/**
 * The mark: an exponential average of the mid with a time constant of 5 s, stepped once a quantum of 50 ms, in integer
 * millionths of a tick. A quantum moves it by 1 − e^(−0.05 s ÷ 5 s) of its distance to the mid.
 */
export const MICRO_TICKS = 1_000_000
const HALF_TICK = MICRO_TICKS / 2
/** 1 − e^(−0.01) as a fraction of 2^20: the product with the distance stays exact, the quotient is a shift. */
const WEIGHT = 10_434
const WEIGHT_UNIT = 2 ** 20

/**
 * @param markMicroTicks the mark before; 0 when there was none
 * @param midHalfTicks the mid in half ticks, more than 0
 */
export function stepMark(markMicroTicks: number, midHalfTicks: number): number {
  const midMicroTicks = midHalfTicks * HALF_TICK
  if (markMicroTicks === 0) return midMicroTicks
  return markMicroTicks + Math.round(((midMicroTicks - markMicroTicks) * WEIGHT) / WEIGHT_UNIT)
}

/** The mark in whole and half ticks, rounded half up. */
export const wholeTicksOf = (markMicroTicks: number): number => Math.round(markMicroTicks / MICRO_TICKS)
export const halfTicksOf = (markMicroTicks: number): number => Math.round(markMicroTicks / HALF_TICK)
