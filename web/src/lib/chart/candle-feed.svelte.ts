import type { Client } from '@valiant/shared/client/client'
import { CANDLES_DEFAULT } from '@valiant/shared/protocol/limits'
import type { Candle, Interval } from '@valiant/shared/protocol/market-data'
import { OnceAFrame } from '#lib/ui/once-a-frame.ts'
import { hasHole, merged, withForming } from './candles.ts'
import { intervalMs } from './intervals.ts'

/** Where the bars are drawn. */
export interface CandleSink {
  replace(candles: readonly Candle[], intervalMs: number, fit: boolean): void
  update(candle: Candle): void
}

/** The table for screen readers shows so many. */
const TABLE_ROWS = 50
/** More than anyone scrolls back, and what a phone draws without effort. */
const BARS_MAX = 20_000

/** One instrument's bars at one interval: the page's own first, then history as asked for, and the bar now forming. */
export class CandleFeed {
  interval = $state.raw<Interval>('1m')
  last = $state.raw<Candle | undefined>()
  /** Closed bars for the table, newest first; changes when a bar begins. */
  recent = $state.raw<readonly Candle[]>([])
  isLoading = $state.raw(false)
  failed = $state.raw<'bars' | 'older' | undefined>()

  readonly symbol: string
  #candles: readonly Candle[] = []
  #client: Client | undefined
  #sink: CandleSink | undefined
  #leave = () => {}
  #hasOlder = true
  #isAskingOlder = false

  constructor(symbol: string, candles: readonly Candle[]) {
    this.symbol = symbol
    this.#set(candles)
  }

  get candles(): readonly Candle[] {
    return this.#candles
  }

  /** @returns ends it */
  follow(client: Client): () => void {
    this.#client = client
    this.#subscribe(client)
    return () => {
      this.#leave()
      this.#client = undefined
    }
  }

  drawOn(sink: CandleSink | undefined): void {
    this.#sink = sink
    sink?.replace(this.#candles, intervalMs(this.interval), true)
  }

  async show(interval: Interval): Promise<void> {
    if (interval === this.interval) return
    this.interval = interval
    this.#hasOlder = true
    this.#leave()
    await this.reload(true)
    if (this.#client && interval === this.interval) this.#subscribe(this.#client)
  }

  /** The newest bars anew; the old stay until they are there. */
  async reload(fit = false): Promise<void> {
    const { interval } = this
    this.isLoading = true
    try {
      const candles = await this.#client?.ask('candles', { symbol: this.symbol, interval })
      if (interval !== this.interval || !candles) return
      this.#set(candles)
      this.failed = undefined
      this.#sink?.replace(candles, intervalMs(interval), fit)
    } catch {
      if (interval === this.interval) this.failed = 'bars'
    } finally {
      if (interval === this.interval) this.isLoading = false
    }
  }

  /** One page more at the left. */
  async older(): Promise<void> {
    const { interval } = this
    const to = this.#candles[0]?.[0]
    if (!this.#client || !this.#hasOlder || this.#isAskingOlder || to === undefined) return
    if (this.#candles.length >= BARS_MAX) return
    this.#isAskingOlder = true
    try {
      const page = await this.#client.ask('candles', { symbol: this.symbol, interval, to, limit: CANDLES_DEFAULT })
      if (interval !== this.interval) return
      this.#hasOlder = page.length > 0
      this.failed = undefined
      if (page.length === 0) return
      this.#candles = merged(page, this.#candles)
      this.#sink?.replace(this.#candles, intervalMs(interval), false)
    } catch {
      if (interval === this.interval) this.failed = 'older'
    } finally {
      this.#isAskingOlder = false
    }
  }

  /** After a failure: the same again. */
  async again(): Promise<void> {
    const failed = this.failed
    this.failed = undefined
    await (failed === 'older' ? this.older() : this.reload())
  }

  /** In place of what was subscribed: the same interval may have been shown twice before its bars were there. */
  #subscribe(client: Client): void {
    const { interval } = this
    this.#leave()
    // With what else is painted then: the drawing is a pass of its own.
    const frames = new OnceAFrame<Candle>((candles) => {
      if (interval !== this.interval) return
      for (const [index, candle] of candles.entries()) {
        if (candles[index + 1]?.[0] !== candle[0]) this.#take(candle)
      }
    })
    const stop = client.subscribe({ channel: 'candles', symbols: [this.symbol], interval }, ({ candle }) => {
      frames.add(candle)
    })
    this.#leave = () => {
      stop()
      frames.stop()
    }
  }

  #take(candle: Candle): void {
    // The page slept, or the connection was away: what lies between is fetched, not guessed.
    if (hasHole(this.#candles, candle, intervalMs(this.interval))) {
      if (!this.isLoading) void this.reload()
      return
    }
    const next = withForming(this.#candles, candle)
    if (next === this.#candles) return
    const isNew = next.length > this.#candles.length
    if (next.length > BARS_MAX) {
      this.#set(next.slice(-BARS_MAX / 2))
      this.#hasOlder = true
      this.#sink?.replace(this.#candles, intervalMs(this.interval), false)
      return
    }
    this.#candles = next
    this.last = candle
    if (isNew) this.recent = recentOf(next)
    this.#sink?.update(candle)
  }

  #set(candles: readonly Candle[]): void {
    this.#candles = candles
    this.last = candles.at(-1)
    this.recent = recentOf(candles)
  }
}

const recentOf = (candles: readonly Candle[]): readonly Candle[] => candles.slice(-TABLE_ROWS - 1, -1).reverse()
