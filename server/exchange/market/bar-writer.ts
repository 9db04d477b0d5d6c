import type { Logger } from 'pino'
import { type BarWidth, Feed, type FeedInstrument, type StorableBar } from '../../feed/feed.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { BarColumns, Bars } from '../../journal/bars.ts'

const WRITE_MS = 1_000
const CLOSE_MS_MAX = 2_000
/** Bars that may wait for an unavailable database: some minutes of all instruments. The oldest are dropped first. */
const UNWRITTEN_BARS_MAX = 10_000
const MINUTE_MS = 60_000

/**
 * Stores the bars made from the leader's frames. They are written every second outside the journal, so a crash loses at
 * most the last two seconds of them, which then show no trades.
 */
export class BarWriter implements AsyncDisposable {
  readonly #bars: Bars
  readonly #feed: Feed
  readonly #log: Logger
  readonly #timer: NodeJS.Timeout
  #writing: Promise<void>
  /** Frames that wait until the preceding history has been read. */
  #early: MarketFrame[] | undefined = []
  /** Bars whose write failed. Writing a bar again replaces it. */
  #unwritten: StorableBar[] = []
  #isClosed = false

  /**
   * Begins with the seconds of the minute in which the market stopped, because that minute's bar was not written. They
   * are read in the background: the market does not wait for its bars.
   * @param parts.span from when it stopped until now, market time
   * @param parts.failed called when they cannot be read
   */
  constructor(parts: {
    bars: Bars
    instruments: readonly FeedInstrument[]
    span: { readonly fromMs: number; readonly toMs: number }
    log: Logger
    failed: (error: unknown) => void
  }) {
    this.#bars = parts.bars
    this.#log = parts.log
    this.#feed = new Feed({ instruments: parts.instruments, storesBars: true })
    this.#writing = this.#seed(parts.span).catch((error: unknown) => {
      if (!this.#isClosed) parts.failed(error)
    })
    this.#timer = setInterval(() => this.#write(), WRITE_MS)
  }

  add(frame: MarketFrame): void {
    if (this.#early === undefined) this.#feed.apply(frame)
    else this.#early.push(frame)
  }

  async #seed(span: { readonly fromMs: number; readonly toMs: number }): Promise<void> {
    const fromMs = span.fromMs - (span.fromMs % MINUTE_MS) - MINUTE_MS
    const { symbols } = this.#feed
    for (const width of ['1m', '1s'] as const) {
      const bars = await this.#bars.barsOf(symbols, width, { fromMs, toMs: span.toMs })
      for (const symbol of symbols) this.#feed.seed(symbol, width, bars.get(symbol) ?? [])
    }
    const early = this.#early ?? []
    this.#early = undefined
    for (const frame of early) this.#feed.apply(frame)
  }

  /** Writes the bars that are closed by now. */
  async flush(): Promise<void> {
    this.#write()
    await this.#written()
  }

  async #written(): Promise<void> {
    // A write that hangs on a dead connection must not delay the recovery that replaces it.
    const patience = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => patience.resolve(undefined), CLOSE_MS_MAX)
    await Promise.race([this.#writing, patience.promise])
    clearTimeout(timer)
  }

  /** Also writes the second that has not closed yet: the next writer continues it, or nobody does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#write(() => [...this.#feed.closedBars(), ...this.#feed.formingSeconds()])
    await this.#written()
  }

  #write(bars = (): readonly StorableBar[] => this.#feed.closedBars()): void {
    this.#writing = this.#writing.then(async () => {
      const due = [...this.#unwritten, ...bars()]
      if (due.length === 0) return
      this.#unwritten = []
      try {
        for (const width of ['1s', '1m'] as const) await this.#bars.writeBars(width, columnsOf(due, width))
      } catch (error) {
        this.#unwritten = due.slice(-UNWRITTEN_BARS_MAX)
        const lost = due.length - this.#unwritten.length
        this.#log.warn({ err: error, bars: due.length, lost }, 'exchange: could not write bars; trying again')
      }
    })
  }
}

function columnsOf(due: readonly StorableBar[], width: BarWidth): BarColumns {
  const wanted = due.filter((one) => one.width === width)
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
