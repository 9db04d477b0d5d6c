import type { Holding } from './holding.ts'
import { partOf, sizeOf, sum } from './money.ts'

/** One part of what an account has in the market and beside it. */
export interface AllocationPart {
  /** Undefined is cash. */
  readonly symbol: string | undefined
  /** Of a short the size, not what it is worth; of borrowed cash negative. */
  readonly cents: bigint
  readonly isShort: boolean
  /** Of all sizes together, 0 to 1. */
  readonly share: number
}

export interface Allocation {
  readonly parts: readonly AllocationPart[]
  readonly longCents: bigint
  readonly shortCents: bigint
  readonly netCents: bigint
}

/** Gross exposure: positions by size and the cash beside them. Cash that is owed has no size of its own. */
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
