import { INTERVAL_MS, type Interval } from '@valiant/shared/protocol/market-data'

/** Trading in an interval, in ticks and lots. A bar with 0 `trades` is empty: all its prices are the previous close. */
export interface Bar {
  readonly startAtMs: number
  readonly openTicks: number
  readonly highTicks: number
  readonly lowTicks: number
  readonly closeTicks: number
  readonly volumeLots: number
  readonly trades: number
  /** Sum of ticks × lots. A safe integer even for the busiest minute; sums of many bars are bigint. */
  readonly turnover: number
}

/** Bars of two widths are made from trades; all other intervals are made from these bars. */
export type BarWidth = '1s' | '1m'
export const BAR_WIDTHS = ['1s', '1m'] as const satisfies readonly BarWidth[]
/** The recent bars of one symbol, as `Feed.apply` takes them. */
export type RecentHistory = Readonly<Record<BarWidth, readonly Bar[]>>

/** The width of the bars from which an interval is made. */
export const widthOf = (interval: Interval): BarWidth => (INTERVAL_MS[interval] < INTERVAL_MS['1m'] ? '1s' : '1m')

/** The start of the interval that contains a time; days start at 00:00 UTC. */
export const startOf = (timeMs: number, stepMs: number): number => timeMs - (timeMs % stepMs)

export const flatBar = (startAtMs: number, ticks: number): Bar => ({
  startAtMs,
  openTicks: ticks,
  highTicks: ticks,
  lowTicks: ticks,
  closeTicks: ticks,
  volumeLots: 0,
  trades: 0,
  turnover: 0,
})

/** Joins two bars to one, which starts with the earlier one. */
export const joined = (earlier: Bar, later: Bar): Bar => ({
  startAtMs: earlier.startAtMs,
  openTicks: earlier.openTicks,
  highTicks: Math.max(earlier.highTicks, later.highTicks),
  lowTicks: Math.min(earlier.lowTicks, later.lowTicks),
  closeTicks: later.closeTicks,
  volumeLots: earlier.volumeLots + later.volumeLots,
  trades: earlier.trades + later.trades,
  turnover: earlier.turnover + later.turnover,
})

/**
 * Extends a longer bar by one of the bars from which it is made. A longer bar that starts with an empty one opens at the
 * previous close, so that it always equals its parts with the empty ones filled in.
 * @param bar undefined before the first trade ever
 * @param startAtMs start of the longer bar
 * @param widthMs width of the added bar
 */
export function extended(
  bar: Bar | undefined,
  added: Bar,
  { startAtMs, widthMs }: { startAtMs: number; widthMs: number },
): Bar {
  const opens = bar === undefined || (bar.trades === 0 && added.startAtMs < startAtMs + widthMs)
  return opens ? { ...added, startAtMs } : joined(bar, added)
}

interface BarRange {
  /** Both are multiples of `stepMs`; `toMs` is exclusive. */
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
  /** The width of the given bars. */
  readonly widthMs: number
  /** The close before `fromMs`; undefined if nothing had traded yet. */
  readonly closeBefore: number | undefined
}

/**
 * Bars of `stepMs` without gaps, made from shorter ones of which empty ones may be missing. None before the first trade.
 * @param bars oldest first, all within the range
 */
export function barsOver(bars: readonly Bar[], { fromMs, toMs, stepMs, widthMs, closeBefore }: BarRange): Bar[] {
  const made: Bar[] = []
  let close = closeBefore
  let next = 0
  for (let startAtMs = fromMs; startAtMs < toMs; startAtMs += stepMs) {
    let bar = close === undefined ? undefined : flatBar(startAtMs, close)
    for (let part = bars[next]; part !== undefined && part.startAtMs < startAtMs + stepMs; part = bars[++next]) {
      bar = extended(bar, part, { startAtMs, widthMs })
    }
    if (bar === undefined) continue
    close = bar.closeTicks
    made.push(bar)
  }
  return made
}
