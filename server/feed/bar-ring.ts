import { type Bar, startOf } from './bar.ts'

/** Number of dropped bars that the array may still contain before it is shortened. */
const FORGOTTEN_MAX = 512

/** The bars of one symbol and width with trades within a span of time. Complete from `fromMs` on. */
export class BarRing {
  readonly #widthMs: number
  readonly #spanMs: number
  #bars: Bar[] = []
  #head = 0
  #fromMs: number | undefined

  constructor({ widthMs, spanMs }: { widthMs: number; spanMs: number }) {
    this.#widthMs = widthMs
    this.#spanMs = spanMs
  }

  /** The bars are complete from this time on; undefined before the first bar or `advance`. */
  get fromMs(): number | undefined {
    return this.#fromMs
  }

  /** The end of the last bar; 0 without one. */
  get endMs(): number {
    const last = this.#bars.at(-1)
    return last === undefined ? 0 : last.startAtMs + this.#widthMs
  }

  /** Adds a bar that has just closed. */
  push(bar: Bar): void {
    this.#bars.push(bar)
    this.#fromMs ??= bar.startAtMs
  }

  /** Adds bars of the history, oldest first. Of two bars with the same start, the one with more trades is kept. */
  merge(history: readonly Bar[]): void {
    const starts = new Map<number, Bar>()
    for (const bar of [...this.#bars.slice(this.#head), ...history]) {
      const known = starts.get(bar.startAtMs)
      if (bar.trades > 0 && (known === undefined || known.trades < bar.trades)) starts.set(bar.startAtMs, bar)
    }
    this.#bars = [...starts.values()].sort((a, b) => a.startAtMs - b.startAtMs)
    this.#head = 0
    const first = this.#bars[0]?.startAtMs
    if (first !== undefined) this.#fromMs = Math.min(this.#fromMs ?? first, first)
  }

  /** Takes the last bar out of the ring, if it starts at this time. */
  takeLast(startAtMs: number): Bar | undefined {
    return this.#bars.at(-1)?.startAtMs === startAtMs ? this.#bars.pop() : undefined
  }

  /** Drops bars that are older than the span, except for the last one, whose close may be needed by the next bar. */
  advance(timeMs: number): void {
    const startMs = startOf(timeMs, this.#widthMs)
    const oldestMs = startMs - this.#spanMs
    this.#fromMs = Math.max(this.#fromMs ?? startMs, oldestMs)
    for (let second = this.#bars[this.#head + 1]; second && second.startAtMs < oldestMs;) {
      second = this.#bars[++this.#head + 1]
    }
    if (this.#head > FORGOTTEN_MAX) {
      this.#bars = this.#bars.slice(this.#head)
      this.#head = 0
    }
  }

  /** Oldest first; `toMs` is exclusive. */
  between(fromMs: number, toMs: number): readonly Bar[] {
    return this.#bars.slice(this.#firstFrom(fromMs), this.#firstFrom(toMs))
  }

  before(timeMs: number): Bar | undefined {
    const at = this.#firstFrom(timeMs) - 1
    return at >= this.#head ? this.#bars[at] : undefined
  }

  /** The index of the first bar that starts at or after a time. */
  #firstFrom(timeMs: number): number {
    let low = this.#head
    let high = this.#bars.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#bars[middle]?.startAtMs ?? Infinity) < timeMs) low = middle + 1
      else high = middle
    }
    return low
  }
}
