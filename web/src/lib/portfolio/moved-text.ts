import { money } from '#lib/ui/format.ts'
import { moneyOf } from './money.ts'

/**
 * What a curve of equity has besides the profit beside it: "besides $5,000.00 paid in". Without it a deposit would be a
 * rise that no figure explains.
 */
export function movedText(movedCents: bigint | undefined): string {
  if (movedCents === undefined || movedCents === 0n) return ''
  return movedCents > 0n
    ? `besides ${money(moneyOf(movedCents))} paid in`
    : `besides ${money(moneyOf(-movedCents))} taken out`
}
