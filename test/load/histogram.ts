const MS_MAX = 60_000

/** Counts by whole milliseconds, which are small enough to send to another process, and can be added up. */
export class Histogram {
  readonly #counts = new Map<number, number>()

  add(ms: number, times = 1): void {
    const whole = Math.min(MS_MAX, Math.max(0, Math.round(ms)))
    this.#counts.set(whole, (this.#counts.get(whole) ?? 0) + times)
  }

  addAll(counts: Counts): void {
    for (const [ms, times] of counts) this.add(ms, times)
  }

  get counts(): Counts {
    return [...this.#counts]
  }

  /** @param share from 0 to 1. @returns milliseconds; NaN when nothing was measured */
  quantile(share: number): number {
    const sorted = this.counts.toSorted(([one], [other]) => one - other)
    const total = sorted.reduce((sum, [, times]) => sum + times, 0)
    let seen = 0
    for (const [ms, times] of sorted) {
      seen += times
      if (seen >= share * total) return ms
    }
    return NaN
  }
}

/** `[ms, times]`, unordered. */
export type Counts = readonly (readonly [number, number])[]
