import { divideHalfUp, formatScaled } from '@valiant/shared/units/decimal'
import { grouped, MINUS } from '#lib/ui/format.ts'

/** "$1,234.56" of exact cents; the sign stands before the dollar. */
export function moneyOfCents(cents: bigint | number): string {
  const value = BigInt(cents)
  return `${value < 0n ? MINUS : ''}$${grouped(formatScaled(value < 0n ? -value : value, 2))}`
}

/** A decimal rounded half up to fewer places: an average price to its tick's. */
export function rounded(decimal: string, decimals: number): string {
  const negative = decimal.startsWith('-')
  const [whole = '', fraction = ''] = (negative ? decimal.slice(1) : decimal).split('.')
  const scaled = BigInt(whole + fraction)
  const drop = fraction.length - decimals
  const value = drop <= 0 ? scaled * 10n ** BigInt(-drop) : divideHalfUp(scaled, 10n ** BigInt(drop))
  return formatScaled(negative ? -value : value, decimals)
}
