import type { Client } from '@valiant/shared/client/client'
import { CANDLES_DEFAULT } from '@valiant/shared/protocol/limits'
import type { Candle, Interval } from '@valiant/shared/protocol/market-data'
import { OnceAFrame } from '#lib/ui/once-a-frame.ts'
import { hasHole, merged, refreshed, withForming } from './candles.ts'
import { intervalMs } from './intervals.ts'

/** Draws the bars. */
export interface CandleSink {
  replace(candles: readonly Candle[], intervalMs: number, fit: boolean): void
  update(candle: Candle): void
}

/** A frame of the forming bar, and the unbroken stream that it belongs to. */
interface Heard {
  readonly candle: Candle
  readonly epoch: number
  readonly line: number
}

/** Rows of the table for screen readers. */
const TABLE_ROWS = 50
/** More than anyone scrolls back, and still easy for a phone to draw. */
const BARS_MAX = 20_000

/** A new leader raises the epoch of every open chart at once: their requests are spread over this time. */
const RELOAD_SPREAD_MS = 2_000

/** One instrument's bars at one interval: those the page came with, older ones on request, and the forming bar. */
export class CandleFeed {
  interval = $state.raw<Interval>('1m')
  last = $state.raw<Candle | undefined>()
  /** Closed bars for the table, newest first; changes when a bar begins. */
  recent = $state.raw<readonly Candle[]>([])
  /** Whether the bars still drawn are those of another interval. Reloading the same interval does not set it. */
  isLoading = $state.raw(false)
  failed = $state.raw<'bars' | 'older' | undefined>()

  readonly symbol: string
  #candles: readonly Candle[] = []
  #client: Client | undefined
  #sink: CandleSink | undefined
  #leave = () => {}
  /** The interval of the bars. */
  #drawn: Interval
  #isReloading = false
  /** Timer of a delayed reload. */
  #delayed: ReturnType<typeof setTimeout> | undefined
  /** Number of sockets welcomed and pauses ended so far. */
  #line = 0
  /** The last frame applied since this interval was subscribed. */
  #heard: Heard | undefined
  #hasOlder = true
  #isAskingOlder = false

  constructor(symbol: string, candles: readonly Candle[]) {
    this.symbol = symbol
    this.#drawn = this.interval
    this.#set(candles)
  }

  get candles(): readonly Candle[] {
    return this.#candles
  }

  /** @returns ends it */
  follow(client: Client): () => void {
    this.#client = client
    const stops = [
      client.on('welcome', () => {
        this.#line++
        if (this.failed !== undefined) void this.again()
      }),
      client.on('streamsResumed', () => {
        this.#line++
      }),
    ]
    this.#subscribe(client)
    return () => {
      for (const stop of stops) stop()
      this.#leave()
      this.#client = undefined
    }
  }

  drawOn(sink: CandleSink | undefined): void {
    this.#sink = sink
    sink?.replace(this.#candles, intervalMs(this.#drawn), true)
  }

  async show(interval: Interval): Promise<void> {
    if (interval === this.interval) return
    this.interval = interval
    this.#leave()
    await this.reload(true)
    if (this.#client && interval === this.interval) this.#subscribe(this.#client)
  }

  /** Reloads the newest bars; the old ones stay until they arrive. */
  async reload(fit = false): Promise<void> {
    const { interval } = this
    this.#cancelDelayed()
    this.#isReloading = true
    this.isLoading = interval !== this.#drawn
    try {
      const candles = await this.#client?.ask('candles', { symbol: this.symbol, interval })
      if (interval !== this.interval || !candles) return
      this.#set(interval === this.#drawn ? refreshed(this.#candles, candles) : candles)
      this.#drawn = interval
      this.#hasOlder = true
      this.failed = undefined
      this.#sink?.replace(this.#candles, intervalMs(interval), fit)
    } catch {
      if (interval === this.interval) this.failed = 'bars'
    } finally {
      if (interval === this.interval) this.#isReloading = this.isLoading = false
    }
  }

  /** Loads one more page of history at the left. */
  async older(): Promise<void> {
    const { interval } = this
    const to = this.#candles[0]?.[0]
    if (!this.#client || !this.#hasOlder || this.#isAskingOlder || to === undefined) return
    // The bars are still those of another interval: the reload is under way, or it failed.
    if (interval !== this.#drawn) return
    if (this.#candles.length >= BARS_MAX) return
    this.#isAskingOlder = true
    try {
      const page = await this.#client.ask('candles', { symbol: this.symbol, interval, to, limit: CANDLES_DEFAULT })
      // Reloaded meanwhile, the bars begin elsewhere.
      if (interval !== this.interval || to !== this.#candles[0]?.[0]) return
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

  /** Retries what failed. */
  async again(): Promise<void> {
    const failed = this.failed
    this.failed = undefined
    await (failed === 'older' ? this.older() : this.reload())
  }

  /** Replaces the subscription: an interval may have been chosen twice before its bars arrived. */
  #subscribe(client: Client): void {
    const { interval } = this
    this.#leave()
    // Once per painted frame, since drawing the chart is expensive.
    const frames = new OnceAFrame<Heard>((all) => {
      if (interval !== this.interval) return
      for (const [index, heard] of all.entries()) {
        if (all[index + 1]?.candle[0] !== heard.candle[0]) this.#take(heard)
      }
    })
    this.#heard = undefined
    const stop = client.subscribe({ channel: 'candles', symbols: [this.symbol], interval }, ({ candle, epoch }) => {
      frames.add({ candle, epoch, line: this.#line })
    })
    this.#leave = () => {
      stop()
      frames.stop()
      this.#cancelDelayed()
    }
  }

  #reloadDelayed(): void {
    this.#delayed = setTimeout(() => void this.reload(), Math.random() * RELOAD_SPREAD_MS)
  }

  #cancelDelayed(): void {
    clearTimeout(this.#delayed)
    this.#delayed = undefined
  }

  #take(heard: Heard): void {
    const { candle } = heard
    if (this.interval !== this.#drawn || this.#delayed !== undefined) return
    // A split raises the epoch and divides every bar. A new leader raises it too, and serves the same bars again.
    const isNewEpoch = this.#heard !== undefined && heard.epoch > this.#heard.epoch
    if (isNewEpoch || this.#misses(heard)) {
      if (this.#isReloading) return
      this.#heard = heard
      if (isNewEpoch) this.#reloadDelayed()
      else void this.reload()
      return
    }
    this.#heard = heard
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

  /** Bars are missing: the page slept, or the connection was lost. */
  #misses({ candle, line }: Heard): boolean {
    if (hasHole(this.#candles, candle, intervalMs(this.interval))) return true
    // Its first frame is of the bar forming by then; how the bar before it ended was not received.
    const begins = candle[0] > (this.#candles.at(-1)?.[0] ?? Infinity)
    return begins && line !== this.#heard?.line
  }

  #set(candles: readonly Candle[]): void {
    this.#candles = candles
    this.last = candles.at(-1)
    this.recent = recentOf(candles)
  }
}

const recentOf = (candles: readonly Candle[]): readonly Candle[] => candles.slice(-TABLE_ROWS - 1, -1).reverse()
