import { INTERVAL_MS } from '@valiant/shared/protocol/market-data'
import { type Bar, type BarWidth, barsOver } from '../../feed/feed.ts'

/** Stored bars without silent ones, oldest first; implemented by the journal's `Bars`. */
export interface BarHistory {
  /** `toMs` is exclusive. */
  bars(width: BarWidth, symbol: string, range: { fromMs: number; toMs: number }): Promise<readonly Bar[]>
  /** The last bar that starts before a time. */
  barBefore(width: BarWidth, symbol: string, beforeMs: number): Promise<Bar | undefined>
  /** The first start of each symbol; empty when there is no history yet. */
  barEnds(width: BarWidth): Promise<readonly { readonly symbol: string; readonly firstMs: number }[]>
}

const MINUTE_MS = INTERVAL_MS['1m']
const FIVE_MS = INTERVAL_MS['5m']
const DAY_MS = INTERVAL_MS['1d']
/** About 35 KiB each. */
const DAYS_KEPT_MAX = 512
/** How often the first starts are reread while a symbol is missing among them. */
const ENDS_AGE_MS_MAX = 60_000

/** A split restates all bars of its symbol. */
interface Shares {
  readonly symbol: string
  readonly splits: number
}

/**
 * Whole days of history as five-minute bars, from which all longer ones are built. A past day changes only with a split, so
 * it is read once. Days are read one at a time, so that a long page neither blocks the sockets nor takes all connections.
 */
export class BarDays {
  readonly #history: BarHistory
  /** Least recently used first. */
  readonly #days = new Map<string, Promise<readonly Bar[]>>()
  #firstMs = new Map<string, number>()
  #endsReadMs = -Infinity

  constructor(history: BarHistory) {
    this.#history = history
  }

  /** Where the bars of a symbol begin; undefined when nothing is stored yet. */
  async firstMs(symbol: string, nowMs: number): Promise<number | undefined> {
    if (!this.#firstMs.has(symbol) && nowMs - this.#endsReadMs >= ENDS_AGE_MS_MAX) {
      this.#endsReadMs = nowMs
      const ends = await this.#history.barEnds('1m').catch((error: unknown) => {
        this.#endsReadMs = -Infinity
        throw error
      })
      this.#firstMs = new Map(ends.map((end) => [end.symbol, end.firstMs]))
    }
    return this.#firstMs.get(symbol)
  }

  /** Without gaps, from the first trade on; both times are starts of days (UTC), and all of the days are over. */
  async between(shares: Shares, { fromMs, toMs }: { fromMs: number; toMs: number }): Promise<Bar[]> {
    const bars: Bar[] = []
    for (let dayMs = fromMs; dayMs < toMs; dayMs += DAY_MS) bars.push(...(await this.#day(shares, dayMs)))
    return bars
  }

  #day({ symbol, splits }: Shares, fromMs: number): Promise<readonly Bar[]> {
    const key = `${symbol} ${splits} ${fromMs}`
    const day = this.#days.get(key) ?? this.#read(symbol, fromMs)
    this.#days.delete(key)
    this.#days.set(key, day)
    // Failures are not cached; the caller gets the error.
    day.catch(() => this.#days.delete(key))
    for (const oldest of this.#days.keys()) {
      if (this.#days.size <= DAYS_KEPT_MAX) break
      this.#days.delete(oldest)
    }
    return day
  }

  async #read(symbol: string, fromMs: number): Promise<readonly Bar[]> {
    const toMs = fromMs + DAY_MS
    const [before, minutes] = await Promise.all([
      this.#history.barBefore('1m', symbol, fromMs),
      this.#history.bars('1m', symbol, { fromMs, toMs }),
    ])
    const closeBefore = before?.closeTicks
    return barsOver(minutes, { fromMs, toMs, stepMs: FIVE_MS, widthMs: MINUTE_MS, closeBefore })
  }
}
