import { type Branded, safeInteger } from './branded.ts'

/** A price as a count of the instrument's tick size. 0 stands for an empty side. */
export type Ticks = Branded<'Ticks'>

/** @throws {RangeError} when not a safe integer */
export const ticks = (value: number): Ticks => safeInteger(value, 'ticks') as Ticks
