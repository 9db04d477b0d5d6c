import { INTERVAL_MS, INTERVALS, type Interval } from '@valiant/shared/protocol/market-data'
import { type Bar, BAR_WIDTHS, type BarWidth, barsOver, extended, flatBar, startOf, widthOf } from './bar.ts'
import { BarRing } from './bar-ring.ts'

const HOUR_MS = INTERVAL_MS['1h']
const SPAN_MS = { '1s': HOUR_MS, '1m': 25 * HOUR_MS } as const satisfies Record<BarWidth, number>
const SLOTS = INTERVALS.map((interval) => ({
  interval,
  stepMs: INTERVAL_MS[interval],
  width: widthOf(interval),
  widthMs: INTERVAL_MS[widthOf(interval)],
}))
type Slot = (typeof SLOTS)[number]

/** A bar that has closed. */
interface ClosedBar {
  readonly interval: Interval
  readonly bar: Bar
}

/** The bars of one symbol: the forming bar of each interval, and recent bars of one second and one minute. */
export class Candles {
  readonly #rings: Readonly<Record<BarWidth, BarRing>> = { '1s': ring('1s'), '1m': ring('1m') }
  readonly #forming = new Map<Interval, Bar>()
  #closeTicks: number | undefined
  #timeMs = 0
  /** The next time at which a bar closes. */
  #dueMs = 0
  #seeded = false
  #hasTraded = false
  #closed: ClosedBar[] = []
  #unstored: ClosedBar[] = []

  /** The last price; undefined if nothing has traded yet. */
  get closeTicks(): number | undefined {
    return this.#closeTicks
  }

  /** The current market time; the forming bars contain it. */
  get timeMs(): number {
    return this.#timeMs
  }

  /**
   * Adds bars of the history, oldest first and without missing ones in between, before the first frame or later. The next
   * `advance` makes the forming bars again.
   */
  seed(width: BarWidth, history: readonly Bar[]): void {
    this.#rings[width].merge(history)
    this.#closeTicks = this.closeBefore('1s', Infinity)
    this.#seeded = true
    this.#dueMs = 0
  }

  /** Advances time and closes the bars that have ended, whether anything traded or not. Time never goes back. */
  advance(timeMs: number): void {
    if (timeMs > this.#timeMs) this.#timeMs = timeMs
    if (this.#timeMs < this.#dueMs) return
    if (this.#seeded) this.#rebuild()
    for (const slot of SLOTS) this.#roll(slot)
    for (const width of BAR_WIDTHS) this.#rings[width].advance(this.#timeMs)
    this.#dueMs = startOf(this.#timeMs, INTERVAL_MS['1s']) + INTERVAL_MS['1s']
  }

  /** Adds a trade to the forming bars, even if it is older: bars that have closed never change. */
  trade({ ticks, lots, timeMs }: { ticks: number; lots: number; timeMs: number }): void {
    this.advance(timeMs)
    const added: Bar = {
      startAtMs: this.#timeMs,
      openTicks: ticks,
      highTicks: ticks,
      lowTicks: ticks,
      closeTicks: ticks,
      volumeLots: lots,
      trades: 1,
      turnover: ticks * lots,
    }
    for (const { interval, stepMs, widthMs } of SLOTS) {
      const startAtMs = startOf(this.#timeMs, stepMs)
      this.#forming.set(interval, extended(this.#forming.get(interval), added, { startAtMs, widthMs }))
    }
    this.#closeTicks = ticks
    this.#hasTraded = true
  }

  /** The forming bar; undefined if nothing has traded yet. */
  forming(interval: Interval): Bar | undefined {
    return this.#forming.get(interval)
  }

  /** Resets `closed` and `hasTraded`. */
  beginFrame(): void {
    if (this.#closed.length > 0) this.#closed = []
    this.#hasTraded = false
  }

  get hasTraded(): boolean {
    return this.#hasTraded
  }

  /** Bars that have closed since `beginFrame`, including empty ones. */
  get closed(): readonly ClosedBar[] {
    return this.#closed
  }

  /** The bars to store: closed bars of one second and one minute with trades since the last call. */
  drainUnstored(): readonly ClosedBar[] {
    const unstored = this.#unstored
    if (unstored.length > 0) this.#unstored = []
    return unstored
  }

  /** `recent` is complete from this time on; undefined before the first `advance`. */
  recentFromMs(width: BarWidth): number | undefined {
    return this.#rings[width].fromMs
  }

  /** Bars with trades including the forming one, oldest first; `toMs` is exclusive. */
  recent(width: BarWidth, { fromMs, toMs }: { fromMs: number; toMs: number }): readonly Bar[] {
    const bars = this.#rings[width].between(fromMs, toMs)
    const forming = this.#forming.get(width)
    const belongs = forming && forming.trades > 0 && forming.startAtMs >= fromMs && forming.startAtMs < toMs
    return belongs ? [...bars, forming] : bars
  }

  /** The last price before a time that `recent` covers: the price of an empty bar of this width there. */
  closeBefore(width: BarWidth, timeMs: number): number | undefined {
    const forming = this.#forming.get(width)
    if (forming && forming.trades > 0 && forming.startAtMs < timeMs) return forming.closeTicks
    const second = this.#rings['1s'].before(timeMs)
    const minute = this.#rings['1m'].before(timeMs === Infinity ? timeMs : startOf(timeMs, INTERVAL_MS['1m']))
    if (second === undefined || minute === undefined) return (minute ?? second)?.closeTicks
    return (width === '1s' && second.startAtMs >= minute.startAtMs ? second : minute).closeTicks
  }

  #roll({ interval, stepMs }: Slot): void {
    const bar = this.#forming.get(interval)
    if (bar !== undefined && this.#timeMs < bar.startAtMs + stepMs) return
    if (bar !== undefined) this.#close({ interval, bar })
    const startAtMs = startOf(this.#timeMs, stepMs)
    if (this.#closeTicks !== undefined) this.#forming.set(interval, flatBar(startAtMs, this.#closeTicks))
  }

  #close(closed: ClosedBar): void {
    this.#closed.push(closed)
    const { interval, bar } = closed
    if ((interval !== '1s' && interval !== '1m') || bar.trades === 0) return
    this.#rings[interval].push(bar)
    this.#unstored.push(closed)
  }

  /** Makes the forming bars from the history, and the minutes that ended while no server was running. */
  #rebuild(): void {
    this.#seeded = false
    const { '1s': seconds, '1m': minutes } = this.#rings
    // The history may end within the current second, which then goes on.
    const begun = seconds.takeLast(startOf(this.#timeMs, INTERVAL_MS['1s']))
    this.#timeMs = Math.max(this.#timeMs, seconds.endMs, minutes.endMs)
    const live = { '1s': withMoreTrades(this.#forming.get('1s'), begun), '1m': this.#forming.get('1m') }
    if (live['1s'] !== undefined && live['1s'].startAtMs < startOf(this.#timeMs, INTERVAL_MS['1s'])) {
      seconds.merge([live['1s']])
    }
    this.#closeMissedMinutes()
    this.#forming.clear()
    for (const slot of SLOTS) {
      const made = this.#formingOf(slot)
      const seen = slot.interval === '1s' || slot.interval === '1m' ? live[slot.interval] : undefined
      const isSeenComplete =
        seen?.startAtMs === startOf(this.#timeMs, slot.stepMs) && seen.trades >= (made?.trades ?? 0)
      const bar = isSeenComplete ? seen : made
      if (bar !== undefined) this.#forming.set(slot.interval, bar)
    }
    this.#closeTicks = this.closeBefore('1s', Infinity)
  }

  #closeMissedMinutes(): void {
    const stepMs = INTERVAL_MS['1m']
    const { '1s': seconds, '1m': minutes } = this.#rings
    const toMs = startOf(this.#timeMs, stepMs)
    const missed = seconds.between(minutes.endMs, toMs)
    const first = missed[0]
    if (first === undefined) return
    const fromMs = startOf(first.startAtMs, stepMs)
    for (const bar of barsOver(missed, { fromMs, toMs, stepMs, widthMs: stepMs, closeBefore: undefined })) {
      if (bar.trades === 0) continue
      minutes.push(bar)
      this.#unstored.push({ interval: '1m', bar })
    }
  }

  #formingOf({ interval, stepMs, width, widthMs }: Slot): Bar | undefined {
    const fromMs = startOf(this.#timeMs, stepMs)
    const toMs = fromMs + stepMs
    const parts = this.recent(interval === '1m' ? '1s' : width, { fromMs, toMs })
    return barsOver(parts, { fromMs, toMs, stepMs, widthMs, closeBefore: this.closeBefore(width, fromMs) })[0]
  }
}

const withMoreTrades = (seen: Bar | undefined, stored: Bar | undefined): Bar | undefined =>
  stored !== undefined && stored.trades > (seen?.trades ?? 0) ? stored : seen

function ring(width: BarWidth): BarRing {
  return new BarRing({ widthMs: INTERVAL_MS[width], spanMs: SPAN_MS[width] })
}
