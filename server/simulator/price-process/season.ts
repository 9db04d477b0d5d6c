import type { AssetClass } from '../instrument.ts'

const MINUTE_MS = 60_000
const MINUTES_PER_DAY = 1440

const bell = (hour: number, center: number, width: number): number => Math.exp(-(((hour - center) / width) ** 2))

/** Activity by hour (UTC), before scaling to a mean of one. */
const SHAPES: Readonly<Record<AssetClass, (hour: number) => number>> = {
  /** The U shape of a stock exchange's day, 13:30 to 20:00, and thin trading outside (Admati and Pfleiderer 1988). */
  equity: (hour) => {
    if (hour >= 13.5 && hour < 20) return 1.3 + 1.6 * Math.exp((13.5 - hour) / 0.7) + 1.1 * Math.exp((hour - 20) / 0.6)
    return hour >= 7 && hour < 13.5 ? 0.55 : 0.3
  },
  /** Peaks in the mornings of London and New York, and a small one in Tokyo's. */
  currency: (hour) => 0.45 + 0.9 * bell(hour, 8.5, 2.2) + 1.3 * bell(hour, 14, 2.3) + 0.3 * bell(hour, 1.5, 2),
  coin: (hour) => 0.8 + 0.45 * bell(hour, 14.5, 3.5),
}

const TABLES: Readonly<Record<AssetClass, Float64Array>> = {
  equity: tableOf(SHAPES.equity),
  currency: tableOf(SHAPES.currency),
  coin: tableOf(SHAPES.coin),
}

/** The intraday season: a factor, with a mean of one over the day, on activity and on the variance of returns. */
export function seasonAt(assetClass: AssetClass, timeMs: number): number {
  return TABLES[assetClass][Math.floor(timeMs / MINUTE_MS) % MINUTES_PER_DAY] ?? 1
}

function tableOf(shape: (hour: number) => number): Float64Array {
  const table = Float64Array.from({ length: MINUTES_PER_DAY }, (_, minute) => shape((minute + 0.5) / 60))
  const mean = table.reduce((sum, value) => sum + value, 0) / MINUTES_PER_DAY
  return table.map((value) => value / mean)
}
