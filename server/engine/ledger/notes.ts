import { formatCents } from '@valiant/shared/units/cents'
import type { InstrumentSpec } from '../instrument.ts'

/** Notes of ledger entries: docs/trading-rules.md, 9. Programs read them too, so their forms are fixed. */

/** "VLNT 0.25 per share" */
export const dividendNote = ({ symbol, lotName }: InstrumentSpec, centsPerLot: number): string =>
  `${symbol} ${formatCents(centsPerLot)} per ${lotName}`

interface Ratio {
  readonly numerator: number
  readonly denominator: number
}

/** "4-for-1 split of VLNT" */
export const splitNote = (symbol: string, { numerator, denominator }: Ratio): string =>
  `${numerator}-for-${denominator} split of ${symbol}`

/** "3-for-2 split of VLNT, fraction in cash" */
export const fractionNote = (symbol: string, ratio: Ratio): string => `${splitNote(symbol, ratio)}, fraction in cash`

/** "interest on 1250.00 for 1 day" */
export const interestNote = (debtCents: number, days: number): string =>
  `interest on ${formatCents(debtCents)} for ${daysText(days)}`

/** "borrow of VLNT worth 4120.00 for 2 days" */
export const borrowNote = (symbol: string, valueCents: number, days: number): string =>
  `borrow of ${symbol} worth ${formatCents(valueCents)} for ${daysText(days)}`

const daysText = (days: number): string => (days === 1 ? '1 day' : `${days} days`)
