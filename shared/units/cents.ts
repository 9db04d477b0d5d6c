import { formatSteps, parseSteps, type Parsed, stepOf } from './decimal.ts'

const CENT = stepOf('0.01')

/** "98987.50" to 9898750; money on the wire has two decimals. */
export const parseCents = (text: string): Parsed => parseSteps(text, CENT)

/** 9898750 to "98987.50". */
export const formatCents = (value: number): string => formatSteps(value, CENT)
