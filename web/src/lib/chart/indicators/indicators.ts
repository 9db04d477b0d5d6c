import type { Candle } from '@valiant/shared/protocol/market-data'
import { MovingAverage } from './average.ts'
import { RelativeStrength } from './rsi.ts'

export const RSI_LENGTH = 14

/** A bar as the legend shows it, with its indicators. */
export interface LegendBar {
  readonly candle: Candle
  readonly average20: number
  readonly average50: number
  /** 0 to 100; undefined with too few bars before it. */
  readonly rsi: number | undefined
}

/** The indicators, computed bar by bar; the last bar may be fed again while it forms. */
export class Indicators {
  readonly #average20 = new MovingAverage(20)
  readonly #average50 = new MovingAverage(50)
  readonly #strength = new RelativeStrength(RSI_LENGTH)

  next(candle: Candle, again: boolean): LegendBar {
    const close = Number(candle[4])
    return {
      candle,
      average20: this.#average20.next(close, again),
      average50: this.#average50.next(close, again),
      rsi: this.#strength.next(close, again),
    }
  }
}

/** The newest bar's legend, which the server renders before the chart is drawn. */
export function legendOf(candles: readonly Candle[]): LegendBar | undefined {
  const indicators = new Indicators()
  let legend: LegendBar | undefined
  for (const candle of candles) legend = indicators.next(candle, false)
  return legend
}

/** RSI at the close of the newest bars, by start time; without bars that have none. */
export function strengthsOf(candles: readonly Candle[], count: number): ReadonlyMap<number, number> {
  const indicators = new Indicators()
  const bars = candles.map((candle) => indicators.next(candle, false)).slice(-count)
  return new Map(bars.flatMap(({ candle, rsi }) => (rsi === undefined ? [] : [[candle[0], rsi] as const])))
}
