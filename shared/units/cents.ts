import { type Branded, safeInteger } from './branded.ts'
import { formatSteps, parseSteps, type Parsed, stepOf } from './decimal.ts'

/** Money in whole cents of USD; negative is owed or paid. */
export type Cents = Branded<'Cents'>

const CENT = stepOf('0.01')

/** @throws {RangeError} when not a safe integer */
export const cents = (value: number): Cents => safeInteger(value, 'cents') as Cents

/** "98987.50" to 9898750; money on the wire has two decimals. */
export const parseCents = (text: string): Parsed => parseSteps(text, CENT)

/** 9898750 to "98987.50". */
export const formatCents = (value: number): string => formatSteps(value, CENT)
