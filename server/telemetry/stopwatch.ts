/** Measures the total time of several runs. */
export class Stopwatch {
  #beforeMs = 0
  #sinceMs: number | undefined

  /** Starts it, unless it runs already. */
  start(): void {
    this.#sinceMs ??= performance.now()
  }

  stop(): void {
    this.#beforeMs += this.#runningMs
    this.#sinceMs = undefined
  }

  get seconds(): number {
    return (this.#beforeMs + this.#runningMs) / 1_000
  }

  get #runningMs(): number {
    return this.#sinceMs === undefined ? 0 : performance.now() - this.#sinceMs
  }
}
