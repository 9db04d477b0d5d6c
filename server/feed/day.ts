import { INTERVAL_MS } from '@valiant/shared/protocol/market-data'
import { type Bar, barsOver, joined, startOf } from './bar.ts'
import type { Candles } from './candles.ts'

const MINUTE_MS = INTERVAL_MS['1m']
const DAY_MS = INTERVAL_MS['1d']

/** The last 24 hours as one bar, and its exact sum of ticks × lots. */
export interface DayFigures {
  readonly bar: Bar
  readonly turnover: bigint
}

/**
 * The last 24 hours of one symbol: 1,440 closed minutes, summed once a minute, plus the forming one. The opening price is
 * that of 24 hours ago, or the first price ever.
 */
export class Day {
  readonly #candles: Candles
  #minuteMs = -1
  #closed: Bar | undefined
  #closedTurnover = 0n

  constructor(candles: Candles) {
    this.#candles = candles
  }

  /** Undefined before the first trade. */
  figures(): DayFigures | undefined {
    const minuteMs = startOf(this.#candles.timeMs, MINUTE_MS)
    if (minuteMs !== this.#minuteMs) this.#sum(minuteMs)
    const forming = this.#candles.forming('1m')
    if (forming === undefined || forming.trades === 0) {
      const bar = this.#closed ?? forming
      return bar && { bar, turnover: this.#closedTurnover }
    }
    const bar = this.#closed === undefined ? forming : joined(this.#closed, forming)
    return { bar, turnover: this.#closedTurnover + BigInt(forming.turnover) }
  }

  #sum(minuteMs: number): void {
    const fromMs = minuteMs - DAY_MS
    const minutes = this.#candles.recent('1m', { fromMs, toMs: minuteMs })
    const closeBefore = this.#candles.closeBefore('1m', fromMs)
    const range = { fromMs, toMs: minuteMs, stepMs: DAY_MS, widthMs: MINUTE_MS, closeBefore }
    this.#closed = barsOver(minutes, range)[0]
    this.#closedTurnover = minutes.reduce((sum, bar) => sum + BigInt(bar.turnover), 0n)
    this.#minuteMs = minuteMs
  }
}

/**
 * Closing prices of the last 24 hours at equal intervals; the last one is the current price. Before the first trade ever,
 * the first price is used. Empty if nothing has traded yet.
 */
export function sparkline(candles: Candles, points: number): number[] {
  const now = candles.closeTicks
  if (now === undefined) return []
  const toMs = startOf(candles.timeMs, MINUTE_MS) + MINUTE_MS
  const fromMs = toMs - DAY_MS
  const minutes = candles.recent('1m', { fromMs, toMs })
  let close = candles.closeBefore('1m', fromMs) ?? minutes[0]?.openTicks ?? now
  let next = 0
  return Array.from({ length: points }, (_, i) => {
    if (i === points - 1) return now
    const untilMs = fromMs + (DAY_MS * (i + 1)) / points
    for (let bar = minutes[next]; bar !== undefined && bar.startAtMs < untilMs; bar = minutes[++next]) {
      close = bar.closeTicks
    }
    return close
  })
}
