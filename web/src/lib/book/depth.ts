import type { Level } from '@valiant/shared/protocol/market-data'
import { type BookSide, type LadderRow, rowsOf } from './levels.ts'

/** Both sides of a book, cumulated from the middle outward, and the range that is drawn. */
export interface Depth {
  /** Best first; only those that are drawn. */
  readonly bids: readonly LadderRow[]
  readonly asks: readonly LadderRow[]
  readonly lowTicks: number
  readonly highTicks: number
  /** Lots at the top edge: the larger of both sums. */
  readonly topLots: number
}

/** Width and height of the drawing, which is stretched to fit. */
export const DRAWN = 1_000

/**
 * The depth, equally far to both sides of the middle and no farther than the price band: orders beyond it would dwarf
 * the rest. A side that is cut at its best levels reaches the edge or goes beyond it; drawn shorter, it would claim that
 * nothing more rests there.
 * @param levelsMax the most levels a side can have here; a side with fewer is complete
 * @param bandBps how far from the middle the exchange accepts orders
 * @returns undefined for an empty book
 */
export function depthOf(
  { bids, asks }: { readonly bids: readonly Level[]; readonly asks: readonly Level[] },
  { levelsMax, bandBps, ownTicks }: { levelsMax: number; bandBps: number; ownTicks: readonly number[] },
): Depth | undefined {
  const best = [bids[0], asks[0]].flatMap((level) => (level ? [level[0]] : []))
  if (best.length === 0) return undefined
  const middle = best.reduce((sum, ticks) => sum + ticks, 0) / best.length
  const reaches = [bids, asks].flatMap((levels) => {
    const last = levels.at(-1)
    return last ? [{ ticks: Math.abs(last[0] - middle), isCut: levels.length >= levelsMax }] : []
  })
  const cut = reaches.filter(({ isCut }) => isCut).map(({ ticks }) => ticks)
  const reach = cut.length > 0 ? Math.min(...cut) : Math.max(...reaches.map(({ ticks }) => ticks))
  const half = Math.max(1, Math.min(reach, (middle * bandBps) / 10_000))
  const [lowTicks, highTicks] = [middle - half, middle + half]
  const inside = (levels: readonly Level[], side: BookSide) =>
    rowsOf(
      levels.filter(([ticks]) => ticks >= lowTicks && ticks <= highTicks),
      { side, grouping: 1, count: levels.length, ownTicks },
    )
  const drawn = { bids: inside(bids, 'bid'), asks: inside(asks, 'ask') }
  const topLots = Math.max(1, drawn.bids.at(-1)?.totalLots ?? 0, drawn.asks.at(-1)?.totalLots ?? 0)
  return { ...drawn, lowTicks, highTicks, topLots }
}

/** The position of a price between the left edge (0) and the right one (1). */
export const acrossOf = (ticks: number, { lowTicks, highTicks }: Pick<Depth, 'lowTicks' | 'highTicks'>): number =>
  (ticks - lowTicks) / (highTicks - lowTicks)

/** The position of a sum between the bottom (0) and the top edge (1). */
export const upOf = (lots: number, { topLots }: Pick<Depth, 'topLots'>): number => lots / topLots

/**
 * One side's steps as an SVG path, and the area below them: between two levels the sum is that of the better one.
 * @returns undefined for an empty side
 */
export function stairsOf(depth: Depth, side: BookSide): { readonly line: string; readonly area: string } | undefined {
  const rows = side === 'bid' ? depth.bids : depth.asks
  const [first] = rows
  if (!first) return undefined
  const x = (ticks: number) => rounded(DRAWN * acrossOf(ticks, depth))
  const y = (lots: number) => rounded(DRAWN * (1 - upOf(lots, depth)))
  const steps = rows.map(({ ticks, totalLots }) => `H${x(ticks)}V${y(totalLots)}`).join('')
  const line = `M${x(first.ticks)} ${DRAWN}${steps}H${side === 'bid' ? 0 : DRAWN}`
  return { line, area: `${line}V${DRAWN}Z` }
}

const rounded = (value: number): number => Math.round(value * 10) / 10

/** The row of the depth that a pointer is over. */
export interface DepthPoint {
  readonly side: BookSide
  readonly index: number
}

/**
 * The level whose sum applies at a place in the drawing.
 * @param across 0 at the left edge, 1 at the right one
 * @returns undefined between the best prices, where nothing rests
 */
export function pointAt(depth: Depth, across: number): DepthPoint | undefined {
  const ticks = depth.lowTicks + across * (depth.highTicks - depth.lowTicks)
  const asks = depth.asks.findLastIndex((row) => row.ticks <= ticks)
  if (asks >= 0) return { side: 'ask', index: asks }
  const bids = depth.bids.findLastIndex((row) => row.ticks >= ticks)
  return bids >= 0 ? { side: 'bid', index: bids } : undefined
}

/** Round integers (1, 2 or 5 times a power of ten) within a range, at most `most` of them. */
export function marksWithin(low: number, high: number, most: number): readonly number[] {
  let step = 1
  for (let next = 0; marksOf(low, high, step).length > most; next++) {
    step = (STEPS[next % STEPS.length] ?? 1) * 10 ** Math.floor(next / STEPS.length)
  }
  return marksOf(low, high, step)
}

const STEPS = [1, 2, 5] as const

function marksOf(low: number, high: number, step: number): readonly number[] {
  const first = Math.ceil(low / step)
  const count = Math.max(0, Math.floor(high / step) - first + 1)
  return Array.from({ length: count }, (_, index) => (first + index) * step)
}

/** The drawing in words, for screen readers. */
export function depthWords(
  { bids, asks }: Depth,
  { name, price, qty }: { name: string; price: (ticks: number) => string; qty: (lots: number) => string },
): string {
  const side = (rows: readonly LadderRow[], verb: string, nobody: string) => {
    const [first, last] = [rows[0], rows.at(-1)]
    return first && last ? `${qty(last.totalLots)} ${verb} from ${price(first.ticks)} to ${price(last.ticks)}` : nobody
  }
  return `Depth of ${name}: ${side(bids, 'bid', 'nobody bids')}; ${side(asks, 'offered', 'nobody offers')}.`
}
