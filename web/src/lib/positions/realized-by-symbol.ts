import type { Fill } from '@valiant/shared/protocol/order'
import { centsOf } from '#lib/portfolio/money.ts'

/** Sums of the realized profit of fills since a time, in cents; of symbols that have some. */
export function realizedBySymbol(fills: readonly Fill[], sinceMs: number): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const { symbol, time, realizedPnl } of fills) {
    const cents = time < sinceMs ? 0n : centsOf(realizedPnl)
    if (cents !== 0n) sums.set(symbol, (sums.get(symbol) ?? 0n) + cents)
  }
  return sums
}
