interface Strength {
  readonly close: number
  /** Number of changes so far. */
  readonly changes: number
  readonly gain: number
  readonly loss: number
}

/**
 * Relative strength index over `length` changes, 0 to 100, fed bar by bar; the last bar may be fed again while it forms.
 * As J. W. Wilder defines it (New Concepts in Technical Trading Systems, 1978, section VI): the first averages of gain and
 * loss are plain means, and in each later one the newest change has a weight of 1 / length.
 */
export class RelativeStrength {
  readonly #length: number
  #closed: Strength | undefined
  #forming: Strength | undefined

  constructor(length: number) {
    this.#length = length
  }

  /** Adds a bar, or with `again` replaces the forming one. @returns undefined until there are `length` changes */
  next(close: number, again: boolean): number | undefined {
    if (!again) this.#closed = this.#forming
    this.#forming = this.#closed ? this.#after(this.#closed, close) : { close, changes: 0, gain: 0, loss: 0 }
    const { changes, gain, loss } = this.#forming
    if (changes < this.#length) return undefined
    // Without any change neither side is stronger.
    return gain + loss === 0 ? 50 : (100 * gain) / (gain + loss)
  }

  #after(before: Strength, close: number): Strength {
    const change = close - before.close
    const changes = before.changes + 1
    // A weight of 1 / n for the n-th value gives the plain mean of all n.
    const weight = 1 / Math.min(changes, this.#length)
    return {
      close,
      changes,
      gain: before.gain + weight * (Math.max(change, 0) - before.gain),
      loss: before.loss + weight * (Math.max(-change, 0) - before.loss),
    }
  }
}
