import { INTERVAL_MS, type Interval } from '@valiant/shared/protocol/market-data'

/** Trading in one stretch of time, in the instrument's ticks and lots; `trades` 0 is a silent one, flat at the close before. */
export interface Bar {
  readonly startAtMs: number
  readonly openTicks: number
  readonly highTicks: number
  readonly lowTicks: number
  readonly closeTicks: number
  readonly volumeLots: number
  readonly trades: number
  /** Sum of ticks × lots: a safe integer up to the busiest minute; sums of many bars are bigint. */
  readonly turnover: number
}

/** Bars are made of trades in two widths; all other intervals are made of these. */
export type BarWidth = '1s' | '1m'
export const BAR_WIDTHS = ['1s', '1m'] as const satisfies readonly BarWidth[]

/** The width whose bars an interval is made of. */
export const widthOf = (interval: Interval): BarWidth => (INTERVAL_MS[interval] < INTERVAL_MS['1m'] ? '1s' : '1m')

/** The start of the stretch that a time lies in; days begin at 00:00 UTC. */
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

/** An earlier bar and a later one as one, which starts where the earlier does. */
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
 * A longer bar with one more of the bars it is made of. One that begins with a silent stretch opens at the close
 * before, so that a bar always equals the ones inside it, silent ones filled in.
 * @param bar undefined before the first trade there ever was
 * @param startAtMs where the longer bar begins
 * @param widthMs how long the added bar is
 */
export function extended(
  bar: Bar | undefined,
  added: Bar,
  { startAtMs, widthMs }: { startAtMs: number; widthMs: number },
): Bar {
  const opens = bar === undefined || (bar.trades === 0 && added.startAtMs < startAtMs + widthMs)
  return opens ? { ...added, startAtMs } : joined(bar, added)
}

export interface Stretch {
  /** Both on a multiple of `stepMs`; `toMs` is exclusive. */
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
  /** The length of the bars given. */
  readonly widthMs: number
  /** The close before `fromMs`; undefined when nothing had traded yet. */
  readonly closeBefore: number | undefined
}

/**
 * Bars of `stepMs` without holes, made of shorter ones of which the silent may be missing. None before the first trade.
 * @param bars oldest first, all within the stretch
 */
export function barsOver(bars: readonly Bar[], { fromMs, toMs, stepMs, widthMs, closeBefore }: Stretch): Bar[] {
  const whole: Bar[] = []
  let close = closeBefore
  let next = 0
  for (let startAtMs = fromMs; startAtMs < toMs; startAtMs += stepMs) {
    let bar = close === undefined ? undefined : flatBar(startAtMs, close)
    for (let part = bars[next]; part !== undefined && part.startAtMs < startAtMs + stepMs; part = bars[++next]) {
      bar = extended(bar, part, { startAtMs, widthMs })
    }
    if (bar === undefined) continue
    close = bar.closeTicks
    whole.push(bar)
  }
  return whole
}
