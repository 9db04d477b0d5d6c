import type { Holding } from './holding.ts'
import { partOf, sizeOf, sum } from './money.ts'

/** One part of the gross exposure of an account. */
export interface AllocationPart {
  /** Undefined for cash. */
  readonly symbol: string | undefined
  /** For a short its size, as a positive number; negative for borrowed cash. */
  readonly cents: bigint
  readonly isShort: boolean
  /** Share of the total, 0 to 1. */
  readonly share: number
}

export interface Allocation {
  readonly parts: readonly AllocationPart[]
  readonly longCents: bigint
  readonly shortCents: bigint
  readonly netCents: bigint
}

/** Gross exposure: the sizes of positions, and cash. Borrowed cash has no share. */
export function allocationOf(holdings: readonly Holding[], cashCents: bigint): Allocation {
  const long = holdings.filter(({ valueCents }) => valueCents >= 0n).map(({ valueCents }) => valueCents)
  const short = holdings.filter(({ valueCents }) => valueCents < 0n).map(({ valueCents }) => -valueCents)
  const [longCents, shortCents] = [sum(long), sum(short)]
  const whole = longCents + shortCents + (cashCents > 0n ? cashCents : 0n)
  return {
    parts: [
      ...holdings.map(({ symbol, valueCents }) => ({
        symbol,
        cents: sizeOf(valueCents),
        isShort: valueCents < 0n,
        share: partOf(sizeOf(valueCents), whole),
      })),
      { symbol: undefined, cents: cashCents, isShort: false, share: cashCents > 0n ? partOf(cashCents, whole) : 0 },
    ],
    longCents,
    shortCents,
    netCents: longCents - shortCents,
  }
}
