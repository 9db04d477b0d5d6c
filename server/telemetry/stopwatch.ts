/** For how long something has been so, in all. */
export class Stopwatch {
  #beforeMs = 0
  #sinceMs: number | undefined

  /** It is so from now on, if it was not. */
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
