import { assert } from './assert.ts'

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

/** By what part of the smaller of its two values a mark has moved; 0 as it begins. */
export const relativeStep = (before: number, after: number): number =>
  before === 0 ? 0 : Math.abs(after - before) / Math.min(before, after)

/** The mark in whole and half ticks, rounded half up. */
export const wholeTicksOf = (markMicroTicks: number): number => Math.round(markMicroTicks / MICRO_TICKS)
export const halfTicksOf = (markMicroTicks: number): number => Math.round(markMicroTicks / HALF_TICK)

/** Below this, quotients of integers in doubles round down to the right integer; products are exact. */
const EXACT_MAX = 2 ** 52

/**
 * What lots are worth at a mark, in cents: rounded half up by size, negative for a short. Whole ticks are worth whole
 * cents, so that only the part of a tick is rounded, and only it could pass what a double holds.
 * @param lots of a position: any sign
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
