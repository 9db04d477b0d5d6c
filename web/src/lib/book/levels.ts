import type { Level } from '@valiant/shared/protocol/market-data'
import { decimalSign } from '#lib/ui/format.ts'

export type BookSide = 'bid' | 'ask'

/** One line of the ladder. `totalLots` is the sum from the best price down to this one. */
export interface LadderRow {
  readonly ticks: number
  readonly lots: number
  readonly totalLots: number
  readonly own: boolean
}

/** Multiples of the tick by which a book can be grouped. */
export const GROUPINGS = [1, 2, 5, 10, 50, 100] as const
export type Grouping = (typeof GROUPINGS)[number]

/** The price of a level when grouped: rounded away from the middle, so that a group never looks better than it is. */
const groupTicks = (ticks: number, grouping: number, side: BookSide): number =>
  (side === 'bid' ? Math.floor(ticks / grouping) : Math.ceil(ticks / grouping)) * grouping

/** How the rows of one side are built. */
interface RowsWanted {
  readonly side: BookSide
  readonly grouping: number
  /** The most rows. */
  readonly count: number
  /** Prices of the account's open orders. */
  readonly ownTicks: readonly number[]
  /** The most levels there can be: a side with as many may continue beyond the last one. */
  readonly levelsMax?: number
}

/**
 * Rows of one side, best first, with running totals. Every row is complete: a group that may continue beyond the known
 * levels is left out.
 */
export function rowsOf(
  levels: readonly Level[],
  { side, grouping, count, ownTicks, levelsMax = Infinity }: RowsWanted,
): LadderRow[] {
  const own = new Set(ownTicks.map((ticks) => groupTicks(ticks, grouping, side)))
  const rows: LadderRow[] = []
  let totalLots = 0
  for (const [exact, lots] of levels) {
    const ticks = groupTicks(exact, grouping, side)
    const last = rows.at(-1)
    if (last?.ticks !== ticks && rows.length === count) break
    totalLots += lots
    if (last?.ticks === ticks) rows[rows.length - 1] = { ...last, lots: last.lots + lots, totalLots }
    else rows.push({ ticks, lots, totalLots, own: own.has(ticks) })
  }
  const end = levels.at(-1)?.[0]
  const isLastOpen = levels.length >= levelsMax && end !== undefined && groupTicks(end, grouping, side) !== end
  if (isLastOpen && rows.at(-1)?.ticks === groupTicks(end, grouping, side)) rows.pop()
  return rows
}

/** The bids' share of both sides, in integer percent; undefined for an empty book. */
export function bidPercent(bids: readonly LadderRow[], asks: readonly LadderRow[]): number | undefined {
  const bidLots = bids.at(-1)?.totalLots ?? 0
  const askLots = asks.at(-1)?.totalLots ?? 0
  return bidLots + askLots === 0 ? undefined : Math.round((100 * bidLots) / (bidLots + askLots))
}

/** How many leading characters all prices share: those are drawn light, the rest bold. */
export function sharedDigits(prices: readonly string[]): number {
  const [first = '', ...others] = prices
  let shared = 0
  while (shared < first.length && others.every((price) => price[shared] === first[shared])) shared++
  return others.length === 0 ? first.lastIndexOf(decimalSign()) + 1 : shared
}

/** What it would take to sweep the book down to a row. */
export interface Sweep {
  readonly lots: number
  readonly valueCents: bigint
  /** Average price, rounded to a tick. */
  readonly averageTicks: number
}

export function sweepTo(
  rows: readonly LadderRow[],
  index: number,
  valueCents: (ticks: number, lots: number) => bigint,
): Sweep {
  let lots = 0
  let value = 0n
  let weighted = 0
  for (const row of rows.slice(0, index + 1)) {
    lots += row.lots
    value += valueCents(row.ticks, row.lots)
    weighted += row.ticks * row.lots
  }
  return { lots, valueCents: value, averageTicks: lots === 0 ? 0 : Math.round(weighted / lots) }
}
