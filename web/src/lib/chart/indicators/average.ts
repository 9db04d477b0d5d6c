/**
 * Exponential moving average over `length` bars, fed bar by bar; the last bar may be fed again while it forms. It starts
 * with the first close, as in most terminals.
 */
export class MovingAverage {
  readonly #weight: number
  #closed: number | undefined
  #forming: number | undefined

  constructor(length: number) {
    this.#weight = 2 / (length + 1)
  }

  /** Adds a bar, or with `again` replaces the forming one. */
  next(close: number, again: boolean): number {
    if (!again) this.#closed = this.#forming
    this.#forming = this.#closed === undefined ? close : this.#closed + this.#weight * (close - this.#closed)
    return this.#forming
  }
}
