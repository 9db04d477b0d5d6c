import type { Logger } from 'pino'
import { type BarWidth, Feed, type FeedInstrument, type StorableBar } from '../feed/feed.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import type { BarColumns, Bars } from '../journal/bars.ts'

const WRITE_MS = 1_000
const CLOSE_MS_MAX = 2_000
const MINUTE_MS = 60_000

/**
 * Keeps the bars that the leader's frames make: written each second beside the journal, so that a crash loses at most the
 * last two seconds of them, which are then flat.
 */
export class BarWriter implements AsyncDisposable {
  readonly #bars: Bars
  readonly #feed: Feed
  readonly #log: Logger
  readonly #timer: NodeJS.Timeout
  #writing: Promise<void> = Promise.resolve()

  private constructor(bars: Bars, feed: Feed, log: Logger) {
    this.#bars = bars
    this.#feed = feed
    this.#log = log
    this.#timer = setInterval(() => this.#write(), WRITE_MS)
  }

  /** Begins with the seconds of the current minute, which the stop before did not live to close. */
  static async open(parts: {
    bars: Bars
    instruments: readonly FeedInstrument[]
    nowMs: number
    log: Logger
  }): Promise<BarWriter> {
    const feed = new Feed({ instruments: parts.instruments, storesBars: true })
    const fromMs = parts.nowMs - (parts.nowMs % MINUTE_MS) - MINUTE_MS
    for (const symbol of feed.symbols) {
      for (const width of ['1m', '1s'] as const) {
        feed.seed(symbol, width, await parts.bars.bars(width, symbol, { fromMs, toMs: parts.nowMs }))
      }
    }
    return new BarWriter(parts.bars, feed, parts.log)
  }

  add(frame: MarketFrame): void {
    this.#feed.apply(frame)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#write()
    // A write that hangs on a dead link must not hold up the recovery that mends it.
    const patience = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => patience.resolve(undefined), CLOSE_MS_MAX)
    await Promise.race([this.#writing, patience.promise])
    clearTimeout(timer)
  }

  #write(): void {
    const closed = this.#feed.closedBars()
    this.#writing = this.#writing.then(async () => {
      try {
        for (const width of ['1s', '1m'] as const) await this.#bars.writeBars(width, columnsOf(closed, width))
      } catch (error) {
        this.#log.warn({ err: error, bars: closed.length }, 'exchange: bars could not be written and are lost')
      }
    })
  }
}

function columnsOf(closed: readonly StorableBar[], width: BarWidth): BarColumns {
  const wanted = closed.filter((one) => one.width === width)
  return {
    symbol: wanted.map(({ symbol }) => symbol),
    startAtMs: wanted.map(({ bar }) => bar.startAtMs),
    openTicks: wanted.map(({ bar }) => bar.openTicks),
    highTicks: wanted.map(({ bar }) => bar.highTicks),
    lowTicks: wanted.map(({ bar }) => bar.lowTicks),
    closeTicks: wanted.map(({ bar }) => bar.closeTicks),
    volumeLots: wanted.map(({ bar }) => bar.volumeLots),
    trades: wanted.map(({ bar }) => bar.trades),
    turnover: wanted.map(({ bar }) => bar.turnover),
  }
}
