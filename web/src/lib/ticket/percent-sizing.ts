import type { Level } from '@valiant/shared/protocol/market-data'
import type { Scale } from './scale.ts'

export const PERCENTS = [10, 25, 50, 75, 100] as const
export type Percent = (typeof PERCENTS)[number]

/** A hundredth of a basis point in the whole: rates may have decimals. */
const WHOLE = 1_000_000n

/**
 * Lots that so much money buys, fee included, rounded down.
 * @param offers what is on offer, best first; a limit order's is its own price without end
 */
export function affordableLots(
  { budgetCents, feeBps, offers }: { budgetCents: bigint; feeBps: number; offers: readonly Level[] },
  scale: Scale,
): number {
  const rate = WHOLE + BigInt(Math.round(feeBps * 100))
  let left = (budgetCents * WHOLE) / rate
  let lots = 0
  for (const [ticks, available] of offers) {
    const lotCents = scale.valueCents(ticks, 1)
    if (lotCents === 0n) break
    const some = Number(left / lotCents < BigInt(available) ? left / lotCents : BigInt(available))
    lots += some
    left -= BigInt(some) * lotCents
    if (some < available) break
  }
  return lots
}

/**
 * Offers as they weigh on a margin account: what an order pays beyond the best price is a loss at once, which counts
 * whole, where its value counts by the margin alone.
 */
export function withSlippage(offers: readonly Level[], marginBps: number): readonly Level[] {
  const best = offers[0]?.[0] ?? 0
  return offers.map(([ticks, lots]) => [ticks + Math.ceil((Math.abs(ticks - best) * 10_000) / marginBps), lots])
}

/**
 * What so much free money lets an account take on: of a margin account so many times its margin, with the fee inside.
 * @param initialMarginBps undefined for a cash account, whose money is what it pays with
 */
export function buyingBudget({
  freeCents,
  initialMarginBps,
  feeBps,
}: {
  freeCents: bigint
  initialMarginBps: number | undefined
  feeBps: number
}): bigint {
  if (initialMarginBps === undefined) return freeCents
  return (freeCents * WHOLE) / BigInt(Math.max(1, Math.round((initialMarginBps + feeBps) * 100)))
}

export const percentOf = (whole: bigint, percent: number): bigint => (whole * BigInt(percent)) / 100n

/** The percent before or after, for the keys [ and ]. */
export function nextPercent(current: Percent | undefined, by: 1 | -1): Percent {
  const at = current === undefined ? (by === 1 ? -1 : PERCENTS.length) : PERCENTS.indexOf(current)
  return PERCENTS[Math.min(PERCENTS.length - 1, Math.max(0, at + by))] ?? 100
}
