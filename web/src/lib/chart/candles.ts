import type { Candle } from '@valiant/shared/protocol/market-data'

/** Bars oldest first, without duplicates: older pages go in front, and a newer state of a bar replaces it. */
export function merged(older: readonly Candle[], newer: readonly Candle[]): readonly Candle[] {
  const from = newer[0]?.[0]
  return from === undefined ? older : [...older.filter(([time]) => time < from), ...newer]
}

/**
 * Replaces the newest bars. Older pages stay in front if both share an identical bar; after a split, or with a gap between
 * them, they do not.
 */
export function refreshed(candles: readonly Candle[], newest: readonly Candle[]): readonly Candle[] {
  const [first] = newest
  const met = first && candles.find(([time]) => time === first[0])
  return met && String(met) === String(first) ? merged(candles, newest) : newest
}

/** The series after a frame of the forming bar; the same array when the frame is outdated. */
export function withForming(candles: readonly Candle[], candle: Candle): readonly Candle[] {
  const last = candles.at(-1)
  if (last === undefined || candle[0] > last[0]) return [...candles, candle]
  if (candle[0] < last[0]) return candles
  return [...candles.slice(0, -1), candle]
}

/** Whether bars are missing between the series' last and the forming one, as after the page slept. */
export const hasHole = (candles: readonly Candle[], candle: Candle, intervalMs: number): boolean => {
  const last = candles.at(-1)
  return last !== undefined && candle[0] - last[0] > intervalMs
}
