interface Strength {
  readonly close: number
  /** Closes that were compared so far. */
  readonly changes: number
  readonly gain: number
  readonly loss: number
}

/**
 * Relative strength index over `length` changes, 0 to 100, fed bar by bar; the last bar may be given again while it forms.
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

  /** A bar begins, or (`again`) the forming one changed. @returns undefined until there are `length` changes */
  next(close: number, again: boolean): number | undefined {
    if (!again) this.#closed = this.#forming
    this.#forming = this.#closed ? this.#after(this.#closed, close) : { close, changes: 0, gain: 0, loss: 0 }
    const { changes, gain, loss } = this.#forming
    if (changes < this.#length) return undefined
    // Where nothing moved, neither side is the stronger.
    return gain + loss === 0 ? 50 : (100 * gain) / (gain + loss)
  }

  #after(before: Strength, close: number): Strength {
    const change = close - before.close
    const changes = before.changes + 1
    // Weighed by 1 / n, the n-th value makes the plain mean of all n.
    const weight = 1 / Math.min(changes, this.#length)
    return {
      close,
      changes,
      gain: before.gain + weight * (Math.max(change, 0) - before.gain),
      loss: before.loss + weight * (Math.max(-change, 0) - before.loss),
    }
  }
}
