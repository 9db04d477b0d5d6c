/**
 * Exponential moving average over `length` bars, fed bar by bar. The last bar may be given again while it forms.
 * It begins with the first close, as most terminals do.
 */
export class MovingAverage {
  readonly #weight: number
  #closed: number | undefined
  #forming: number | undefined

  constructor(length: number) {
    this.#weight = 2 / (length + 1)
  }

  /** A bar begins, or (`again`) the forming one changed. */
  next(close: number, again: boolean): number {
    if (!again) this.#closed = this.#forming
    this.#forming = this.#closed === undefined ? close : this.#closed + this.#weight * (close - this.#closed)
    return this.#forming
  }
}
