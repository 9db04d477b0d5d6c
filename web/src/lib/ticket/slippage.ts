import type { Level } from '@valiant/shared/protocol/market-data'

const BPS = 10_000

/**
 * How much worse than the mid an order would fill on average, in basis points; infinite if the
 * known part of the book does not have enough for it.
 */
export function slippageBpsOf(
  { side, lots }: { readonly side: 'buy' | 'sell'; readonly lots: number },
  { bids, asks }: { readonly bids: readonly Level[]; readonly asks: readonly Level[] },
): number {
  const [bid, ask] = [bids[0]?.[0], asks[0]?.[0]]
  if (bid === undefined || ask === undefined || lots === 0) return lots === 0 ? 0 : Infinity
  const mid = (bid + ask) / 2
  let [left, tickLots] = [lots, 0]
  for (const [ticks, available] of side === 'buy' ? asks : bids) {
    const some = Math.min(left, available)
    tickLots += some * ticks
    left -= some
    if (left === 0) break
  }
  if (left > 0) return Infinity
  const worse = (tickLots / lots - mid) * (side === 'buy' ? 1 : -1)
  return (worse / mid) * BPS
}
