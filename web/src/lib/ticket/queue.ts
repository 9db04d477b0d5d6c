import type { Level } from '@valiant/shared/protocol/market-data'

/** The place in the queue that a limit order would take. */
export interface Queue {
  /** The quantity at its price or better on its own side. */
  readonly aheadLots: number
  /** Ticks from the best price of its side; negative inside the spread. */
  readonly ticksFromBest: number
}

/** Undefined if it would fill at once, or nobody quotes. */
export function queueAt(
  ticks: number,
  side: 'buy' | 'sell',
  { bids, asks }: { bids: readonly Level[]; asks: readonly Level[] },
): Queue | undefined {
  const [own, other] = side === 'buy' ? [bids, asks] : [asks, bids]
  const sign = side === 'buy' ? 1 : -1
  const best = own[0]?.[0]
  const opposite = other[0]?.[0]
  if (best === undefined || (opposite !== undefined && (opposite - ticks) * sign <= 0)) return undefined
  const aheadLots = own.filter(([level]) => (level - ticks) * sign >= 0).reduce((sum, [, lots]) => sum + lots, 0)
  return { aheadLots, ticksFromBest: (best - ticks) * sign }
}
