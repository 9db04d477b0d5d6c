import type { Level } from '@valiant/shared/protocol/market-data'

const BPS = 10_000

/** What an order would fill at once against the known book, and the lots for which that has nothing. */
export function fillsOf(
  { side, lots }: { readonly side: 'buy' | 'sell'; readonly lots: number },
  { bids, asks }: { readonly bids: readonly Level[]; readonly asks: readonly Level[] },
): { readonly fills: readonly Level[]; readonly missing: number } {
  const fills: Level[] = []
  let missing = lots
  for (const [ticks, available] of side === 'buy' ? asks : bids) {
    if (missing === 0) break
    const some = Math.min(missing, available)
    fills.push([ticks, some])
    missing -= some
  }
  return { fills, missing }
}

/**
 * How much worse than the mid an order would fill on average, in basis points; infinite if the
 * known part of the book does not have enough for it.
 */
export function slippageBpsOf(
  order: { readonly side: 'buy' | 'sell'; readonly lots: number },
  book: { readonly bids: readonly Level[]; readonly asks: readonly Level[] },
): number {
  const { side, lots } = order
  const [bid, ask] = [book.bids[0]?.[0], book.asks[0]?.[0]]
  if (bid === undefined || ask === undefined || lots === 0) return lots === 0 ? 0 : Infinity
  const mid = (bid + ask) / 2
  const { fills, missing } = fillsOf(order, book)
  if (missing > 0) return Infinity
  const tickLots = fills.reduce((sum, [ticks, some]) => sum + some * ticks, 0)
  const worse = (tickLots / lots - mid) * (side === 'buy' ? 1 : -1)
  return (worse / mid) * BPS
}
