import { type Branded, safeInteger } from './branded.ts'

/** A quantity as a count of the instrument's lot size; negative for a short position. */
export type Lots = Branded<'Lots'>

/** @throws {RangeError} when not a safe integer */
export const lots = (value: number): Lots => safeInteger(value, 'lots') as Lots
