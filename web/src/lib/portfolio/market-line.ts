import type { Candle } from '@valiant/shared/protocol/market-data'
import { intervalMs } from '#lib/chart/intervals.ts'

const INTERVALS = ['1m', '5m', '15m', '30m', '1h', '4h', '1d'] as const
/** Bars to fetch per instrument: enough for a background line. */
export const CANDLES_MAX = 60

/** The finest interval whose bars reach back that far within the limit. */
export const marketInterval = (spanMs: number): (typeof INTERVALS)[number] =>
  INTERVALS.find((interval) => spanMs < (CANDLES_MAX - 1) * intervalMs(interval)) ?? '1d'

/** A benchmark: percent since its start. */
export interface MarketPoint {
  readonly timeMs: number
  readonly percent: number
}

/** All instruments with equal weight, as if the same amount of each had been bought at the start. */
export interface MarketLine {
  /** The first price of each. */
  readonly bases: ReadonlyMap<string, number>
  readonly points: readonly MarketPoint[]
}

/** @param candles of each symbol, oldest first, all of one interval; a symbol without any is left out, and a gap keeps the last close */
export function marketLineOf(
  candles: readonly (readonly [symbol: string, of: readonly Candle[]])[],
  stepMs: number,
): MarketLine | undefined {
  const known = candles.flatMap(([symbol, of]) => (of[0] ? [{ symbol, base: Number(of[0][1]), of }] : []))
  if (known.length === 0) return undefined
  const closes = new Map<number, Map<string, number>>()
  for (const { symbol, base, of } of known) {
    for (const [time, , , , close] of of) {
      const at = closes.get(time) ?? new Map<string, number>()
      closes.set(time, at.set(symbol, Number(close) / base))
    }
  }
  const times = [...closes.keys()].sort((a, b) => a - b)
  const ratios = new Map(known.map(({ symbol }) => [symbol, 1]))
  const points = times.map((time) => {
    for (const [symbol, ratio] of closes.get(time) ?? []) ratios.set(symbol, ratio)
    return { timeMs: time + stepMs, percent: percentOf([...ratios.values()]) }
  })
  const bases = new Map(known.map(({ symbol, base }) => [symbol, base]))
  return { bases, points: [{ timeMs: times[0] ?? 0, percent: 0 }, ...points] }
}

/** The line at other times, interpolated between its points; after the last point, its current value. */
export function alongside(
  points: readonly MarketPoint[],
  times: readonly number[],
  nowPercent: number,
): readonly MarketPoint[] {
  let next = 0
  return times.map((timeMs) => {
    while ((points[next]?.timeMs ?? Infinity) < timeMs) next++
    const [before, after] = [points[next - 1], points[next]]
    if (!after) return { timeMs, percent: nowPercent }
    if (!before) return { timeMs, percent: after.percent }
    const part = (timeMs - before.timeMs) / (after.timeMs - before.timeMs)
    return { timeMs, percent: before.percent + part * (after.percent - before.percent) }
  })
}

/** The current value of the line. @param lastOf the last price of a symbol */
export function marketPercent(
  { bases }: MarketLine,
  lastOf: (symbol: string) => number | undefined,
): number | undefined {
  const ratios = [...bases].flatMap(([symbol, base]) => {
    const last = lastOf(symbol)
    return last === undefined ? [] : [last / base]
  })
  return ratios.length === 0 ? undefined : percentOf(ratios)
}

const percentOf = (ratios: readonly number[]): number =>
  (ratios.reduce((total, ratio) => total + ratio, 0) / ratios.length - 1) * 100
