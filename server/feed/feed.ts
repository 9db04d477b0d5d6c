import type { TradesQuery } from '@valiant/shared/protocol/queries'
import {
  type BookDepth,
  type BookFrame,
  type Candle,
  type CandleFrame,
  type Instrument,
  type Interval,
  type QuotesFrame,
  type TickerFrame,
  type Trade,
  type TradesFrame,
} from '@valiant/shared/protocol/market-data'
import { TRADES_DEFAULT } from '@valiant/shared/protocol/limits'
import { formatSteps } from '@valiant/shared/units/decimal'
import type { Bar, BarWidth, RecentHistory } from './bar.ts'
import type { Candles } from './candles.ts'
import { sparkline } from './day.ts'
import type { MarketFrame } from './market-frame.ts'
import { type Applied, Mirror } from './mirror.ts'
import { SymbolFeed } from './symbol-feed.ts'
import { tickerFigures } from './ticker.ts'
import { type FeedInstrument, toCandle, toStreamedTrade, toTrade } from './wire.ts'

export { type Bar, type BarWidth, barsOver, type RecentHistory, startOf, widthOf } from './bar.ts'
export type { Applied } from './mirror.ts'
export type { FeedInstrument } from './wire.ts'

/** Trades in the snapshot of the channel `trades`. */
const SNAPSHOT_TRADES = 50
/** Limit of bars that wait to be stored: two hours of 16 symbols. Beyond it, the oldest are lost. */
const UNSTORED_BARS_MAX = 120_000

/** A closed bar with trades, to be stored. */
export interface StorableBar {
  readonly width: BarWidth
  readonly symbol: string
  readonly bar: Bar
}

const NO_HISTORIES: ReadonlyMap<string, RecentHistory> = new Map()

/** The bars of a symbol that are in memory. */
export type RecentBars = Pick<Candles, 'recent' | 'recentFromMs' | 'closeBefore' | 'timeMs'>

/**
 * Everything that clients see of the market, made from the leader's frames. The leader and each gateway have one. After
 * `apply`, the methods about the last frame return its changes; all others return the current state.
 */
export class Feed {
  readonly symbols: readonly string[]
  readonly #mirror: Mirror
  readonly #feeds: ReadonlyMap<string, SymbolFeed>
  readonly #storesBars: boolean
  #unstored: StorableBar[] = []
  #changedQuotes: QuotesFrame | undefined

  /** @param options.storesBars keep closed bars for `closedBars()`, which must then be called regularly */
  constructor({ instruments, storesBars = false }: { instruments: readonly FeedInstrument[]; storesBars?: boolean }) {
    this.symbols = instruments.map(({ wire }) => wire.symbol)
    this.#mirror = new Mirror(this.symbols)
    this.#feeds = new Map(
      instruments.flatMap((instrument) => {
        const mirrored = this.#mirror.of(instrument.wire.symbol)
        return mirrored ? [[instrument.wire.symbol, new SymbolFeed(instrument, mirrored)]] : []
      }),
    )
    this.#storesBars = storesBars
  }

  get epoch(): number {
    return this.#mirror.epoch
  }

  /** Market time of the last frame; 0 before the first. */
  get timeMs(): number {
    return this.#mirror.timeMs
  }

  /** Whether the books are complete: not before the first full frame and after a gap. */
  get isWhole(): boolean {
    return this.#mirror.isWhole
  }

  has(symbol: string): boolean {
    return this.#feeds.has(symbol)
  }

  /** How often the shares of a symbol have been split, according to the leader's last full frame. */
  splitsOf(symbol: string): number {
    return this.#mirror.of(symbol)?.splits ?? 0
  }

  /**
   * Adds bars of the history with trades, oldest first: the last 25 hours of '1m', the last hour of '1s', and for both the
   * last bar before that, whose close is needed. Preferably before the first frame; later they are merged with the bars of
   * frames.
   */
  seed(symbol: string, width: BarWidth, bars: readonly Bar[]): void {
    this.#feeds.get(symbol)?.seed(width, bars)
  }

  /** @param histories the restated bars of the symbols in `restatedBy` */
  apply(frame: MarketFrame, histories: ReadonlyMap<string, RecentHistory> = NO_HISTORIES): Applied {
    const applied = this.#mirror.apply(frame)
    if (applied === 'old') return applied
    for (const feed of this.#feeds.values()) {
      feed.takeFrame(this.timeMs, histories.get(feed.symbol))
      for (const { interval, bar } of feed.candles.drainUnstored()) {
        if (this.#storesBars) this.#unstored.push({ width: interval === '1s' ? '1s' : '1m', symbol: feed.symbol, bar })
      }
    }
    if (this.#unstored.length > UNSTORED_BARS_MAX) this.#unstored = this.#unstored.slice(-UNSTORED_BARS_MAX)
    this.#changedQuotes = this.#quotesOf([...this.#feeds.values()].filter((feed) => feed.hasQuoteChanged))
    return applied
  }

  /**
   * Symbols whose shares have been split according to a frame that has not been applied yet. Applying it drops their bars,
   * so the restated ones must be passed to `apply`.
   */
  restatedBy(frame: MarketFrame): readonly string[] {
    return this.#mirror.restatedBy(frame)
  }

  /** The bars with trades that have closed since the last call. */
  closedBars(): readonly StorableBar[] {
    const bars = this.#unstored
    this.#unstored = []
    return bars
  }

  /** The one-second bars that have trades and have not closed yet. */
  formingSeconds(): readonly StorableBar[] {
    return [...this.#feeds.values()].flatMap(({ symbol, candles }) => {
      const bar = candles.forming('1s')
      return bar !== undefined && bar.trades > 0 ? [{ width: '1s', symbol, bar }] : []
    })
  }

  instruments(): readonly Instrument[] {
    return [...this.#feeds.values()].map(({ instrument, mirrored }) => ({
      ...instrument.wire,
      status: mirrored.status,
    }))
  }

  /** Current quotes of all or some symbols. */
  quotes(symbols: Iterable<string> = this.symbols): QuotesFrame {
    const feeds = [...symbols].flatMap((symbol) => this.#feeds.get(symbol) ?? [])
    return this.#quotesOf(feeds) ?? { ...this.#head(), time: this.timeMs, q: [] }
  }

  /** Quotes that the last frame changed; undefined if none. */
  changedQuotes(): QuotesFrame | undefined {
    return this.#changedQuotes
  }

  ticker(symbol: string): TickerFrame | undefined {
    const feed = this.#feeds.get(symbol)
    return feed && this.#tickerOf(feed)
  }

  /** Tickers of all symbols that have traded. */
  tickers(): readonly TickerFrame[] {
    return [...this.#feeds.values()].filter((feed) => feed.lastTicks > 0).map((feed) => this.#tickerOf(feed))
  }

  /** Symbols whose ticker has changed and was not sent in the last 250 ms; they then count as sent. */
  dueTickers(): readonly string[] {
    return [...this.#feeds.values()].filter((feed) => feed.takeTicker(this.timeMs)).map((feed) => feed.symbol)
  }

  /** Closing prices of the last 24 hours for every symbol, oldest first; empty for one that has not traded. */
  sparklines(points: number): Record<string, string[]> {
    return Object.fromEntries(
      [...this.#feeds.values()].map(({ symbol, candles, instrument }) => [
        symbol,
        sparkline(candles, points).map((ticks) => formatSteps(ticks, instrument.tick)),
      ]),
    )
  }

  /** The forming bar; undefined if nothing has traded yet. */
  candle(symbol: string, interval: Interval): CandleFrame | undefined {
    const feed = this.#feeds.get(symbol)
    const bar = feed?.candles.forming(interval)
    return feed && bar && this.#candleOf(feed, { interval, bar, closed: false })
  }

  /** Bars of an interval that the last frame changed: closed ones, then the forming one. */
  changedCandles(symbol: string, interval: Interval): readonly CandleFrame[] {
    const feed = this.#feeds.get(symbol)
    if (feed === undefined) return []
    const { candles } = feed
    if (!candles.hasTraded && candles.closed.length === 0) return []
    const closed = candles.closed
      .filter((one) => one.interval === interval)
      .map(({ bar }) => this.#candleOf(feed, { interval, bar, closed: true }))
    const forming = candles.hasTraded || closed.length > 0 ? candles.forming(interval) : undefined
    return forming ? [...closed, this.#candleOf(feed, { interval, bar: forming, closed: false })] : closed
  }

  recentBars(symbol: string): RecentBars | undefined {
    return this.#feeds.get(symbol)?.candles
  }

  /** Converts a bar of this symbol to its wire format. */
  toCandle(symbol: string, bar: Bar): Candle {
    const feed = this.#feeds.get(symbol)
    if (feed === undefined) throw new RangeError(`expected a listed symbol, found ${symbol}`)
    return toCandle(bar, feed.instrument)
  }

  /** The newest trades, for the snapshot of the channel. */
  recentTrades(symbol: string): TradesFrame | undefined {
    const newest = this.#feeds.get(symbol)?.mirrored.tape.newest(SNAPSHOT_TRADES)
    return newest && { ...this.#head(), symbol, t: newest.map(toStreamedTrade) }
  }

  /** The trades of the last frame; undefined if there were none. */
  newTrades(symbol: string): TradesFrame | undefined {
    const trades = this.#feeds.get(symbol)?.mirrored.trades ?? []
    return trades.length === 0 ? undefined : { ...this.#head(), symbol, t: trades.map(toStreamedTrade) }
  }

  /** Trades from an id on, or the newest; oldest first. Undefined for an unknown symbol. */
  trades({ symbol, fromId, limit = TRADES_DEFAULT }: TradesQuery): readonly Trade[] | undefined {
    const feed = this.#feeds.get(symbol)
    if (feed === undefined) return undefined
    const { tape } = feed.mirrored
    const found = fromId === undefined ? tape.newest(limit) : tape.from(Number(fromId), limit)
    return found.map((trade) => toTrade(trade, feed.instrument))
  }

  /** A snapshot of a book; undefined for an unknown symbol. */
  book(symbol: string, depth: BookDepth): BookFrame | undefined {
    const feed = this.#feeds.get(symbol)
    if (feed === undefined) return undefined
    return { ...this.#head(), symbol, ...feed.window(depth, this.timeMs).snapshot(this.timeMs) }
  }

  /** A snapshot, for which `changedBooks` returns updates as long as the window is watched. */
  watchBook(symbol: string, depth: BookDepth): BookFrame | undefined {
    const feed = this.#feeds.get(symbol)
    feed?.windows.set(depth, feed.window(depth, this.timeMs))
    return this.book(symbol, depth)
  }

  /** Updates of all watched windows after the last frame. Windows that are no longer watched are closed. */
  changedBooks(isWatched: (symbol: string, depth: BookDepth) => boolean): readonly BookFrame[] {
    const frames: BookFrame[] = []
    for (const feed of this.#feeds.values()) {
      for (const window of feed.windows.values()) {
        if (!isWatched(feed.symbol, window.depth)) feed.closeWindow(window)
        else if (this.isWhole) {
          const frame = this.#mirror.areBooksRenewed
            ? window.renewed(this.timeMs)
            : window.update(this.timeMs, { hasChanged: feed.mirrored.hasBookChanged })
          if (frame) frames.push({ ...this.#head(), symbol: feed.symbol, ...frame })
        }
      }
    }
    return frames
  }

  /** Fields of every frame. */
  #head(): { epoch: number; indicative?: true } {
    return { epoch: this.epoch, ...(this.#mirror.isIndicative ? { indicative: true } : {}) }
  }

  #quotesOf(feeds: readonly SymbolFeed[]): QuotesFrame | undefined {
    if (feeds.length === 0) return undefined
    return { ...this.#head(), time: this.timeMs, q: feeds.map((feed) => feed.quote) }
  }

  #tickerOf(feed: SymbolFeed): TickerFrame {
    const { bids, asks } = feed.mirrored.book
    const parts = { bid: bids.best, ask: asks.best, lastTicks: feed.lastTicks, day: feed.day.figures() }
    return {
      ...this.#head(),
      symbol: feed.symbol,
      time: this.timeMs,
      ...tickerFigures(parts, feed.instrument),
    }
  }

  #candleOf(
    feed: SymbolFeed,
    { interval, bar, closed }: { interval: Interval; bar: Bar; closed: boolean },
  ): CandleFrame {
    return { ...this.#head(), symbol: feed.symbol, interval, candle: toCandle(bar, feed.instrument), closed }
  }
}
