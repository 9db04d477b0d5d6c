import { TICKER_MS } from '@valiant/shared/protocol/limits'
import type { BookDepth, Quote } from '@valiant/shared/protocol/market-data'
import { type Bar, BAR_WIDTHS, type BarWidth, type RecentHistory } from './bar.ts'
import { BookWindow } from './book-window.ts'
import { Candles } from './candles.ts'
import { Day } from './day.ts'
import type { Mirrored } from './mirror.ts'
import type { FeedInstrument } from './wire.ts'

/** The feed of one symbol. */
export class SymbolFeed {
  readonly instrument: FeedInstrument
  readonly mirrored: Mirrored
  readonly windows = new Map<BookDepth, BookWindow>()
  /** The last seq of windows that are not watched now. */
  readonly #bookSeqs = new Map<BookDepth, number>()
  #candles = new Candles()
  #day = new Day(this.#candles)
  #quote: Quote
  #hasQuoteChanged = false
  #hasTickerChanged = false
  #tickerAtMs = 0

  constructor(instrument: FeedInstrument, mirrored: Mirrored) {
    this.instrument = instrument
    this.mirrored = mirrored
    this.#quote = this.#quoteNow()
  }

  get symbol(): string {
    return this.instrument.wire.symbol
  }

  get candles(): Candles {
    return this.#candles
  }

  get quote(): Quote {
    return this.#quote
  }

  get hasQuoteChanged(): boolean {
    return this.#hasQuoteChanged
  }

  get day(): Day {
    return this.#day
  }

  /** The last price in ticks; 0 if nothing has traded yet. */
  get lastTicks(): number {
    return this.candles.closeTicks ?? 0
  }

  seed(width: BarWidth, bars: readonly Bar[]): void {
    this.candles.seed(width, bars)
    this.#day = new Day(this.candles)
    this.#quote = this.#quoteNow()
  }

  /**
   * Updates the feed after the mirror has applied a frame.
   * @param history the restated bars, if the frame reported a split
   */
  takeFrame(timeMs: number, history?: RecentHistory): void {
    if (this.mirrored.isRestated) {
      this.#candles = new Candles()
      for (const width of BAR_WIDTHS) this.#candles.seed(width, history?.[width] ?? [])
      this.#day = new Day(this.#candles)
    }
    this.candles.beginFrame()
    for (const trade of this.mirrored.trades) this.candles.trade(trade)
    this.candles.advance(timeMs)
    const quote = this.#quoteNow()
    this.#hasQuoteChanged = quote.some((value, i) => value !== this.#quote[i])
    if (this.#hasQuoteChanged) this.#quote = quote
    const { hasTraded, closed } = this.candles
    if (this.#hasQuoteChanged || hasTraded || closed.some(({ interval }) => interval === '1m'))
      this.#hasTickerChanged = true
  }

  /** Whether the ticker has changed and TICKER_MS have passed; it then counts as sent. */
  takeTicker(timeMs: number): boolean {
    if (!this.#hasTickerChanged || timeMs - this.#tickerAtMs < TICKER_MS) return false
    this.#hasTickerChanged = false
    this.#tickerAtMs = timeMs
    return true
  }

  /** The window as its watchers have it, or a new one. */
  window(depth: BookDepth, timeMs: number): BookWindow {
    const seq = this.#bookSeqs.get(depth) ?? 0
    return this.windows.get(depth) ?? new BookWindow(this.mirrored.book, { depth, seq, timeMs })
  }

  closeWindow({ depth, seq }: BookWindow): void {
    this.#bookSeqs.set(depth, seq)
    this.windows.delete(depth)
  }

  #quoteNow(): Quote {
    const { bids, asks } = this.mirrored.book
    return [this.symbol, ...bids.best, ...asks.best, this.lastTicks]
  }
}
