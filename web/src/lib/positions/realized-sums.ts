import type { RealizedSums } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import { centsOf } from '#lib/portfolio/money.ts'
import { dayOf } from '#lib/portfolio/spans.ts'

/** Realized profit, added up. */
export interface Sums {
  /** Fills from this time on are counted. */
  readonly sinceMs: number
  /** In cents; a symbol that has none is absent. */
  readonly bySymbol: ReadonlyMap<string, bigint>
  /** The newest fill that is counted; empty before the first. */
  readonly newestFillId: string
}

export const NOTHING: ReadonlyMap<string, bigint> = new Map()

/** @param sinceMs fills from this time on are to be counted */
export const nothingSince = (sinceMs: number): Sums => ({ sinceMs, bySymbol: NOTHING, newestFillId: '' })

/** Adds one answer to `realized`. */
export function withAnswer(sums: Sums, { items, newestFillId = sums.newestFillId }: RealizedSums): Sums {
  const bySymbol = new Map(sums.bySymbol)
  for (const { symbol, realizedPnl } of items) add(bySymbol, symbol, realizedPnl)
  return { ...sums, bySymbol, newestFillId }
}

/** Adds what is not counted yet; a fill of another day begins that day. */
export function withFills(sums: Sums, fills: readonly Fill[]): Sums {
  let { sinceMs, newestFillId } = sums
  let bySymbol = new Map(sums.bySymbol)
  for (const { fillId, symbol, time, realizedPnl } of fills) {
    if (fillId <= newestFillId || time < sinceMs) continue
    newestFillId = fillId
    if (dayOf(time) > dayOf(sinceMs)) {
      sinceMs = dayOf(time)
      bySymbol = new Map()
    }
    add(bySymbol, symbol, realizedPnl)
  }
  return { sinceMs, bySymbol, newestFillId }
}

function add(sums: Map<string, bigint>, symbol: string, realizedPnl: string): void {
  const cents = (sums.get(symbol) ?? 0n) + centsOf(realizedPnl)
  if (cents === 0n) sums.delete(symbol)
  else sums.set(symbol, cents)
}
