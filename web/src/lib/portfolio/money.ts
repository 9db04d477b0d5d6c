import { formatScaled } from '@valiant/shared/units/decimal'

/** Whole cents of a sum of money as the wire writes it ("-1234.50"); exact at any size. */
export function centsOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(2, '0'))
}

/** -123450n to "-1234.50". */
export const moneyOf = (cents: bigint): string => formatScaled(cents, 2)

export const sum = (all: readonly bigint[]): bigint => all.reduce((total, one) => total + one, 0n)

export const sizeOf = (cents: bigint): bigint => (cents < 0n ? -cents : cents)

/** One sum as a fraction of another, for drawing and percentages; 0 of nothing. */
export const partOf = (cents: bigint, of: bigint): number => (of === 0n ? 0 : Number(cents) / Number(of))
