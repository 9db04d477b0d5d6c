/**
 * The rate limit of one kind of request of one account: `perSecond` on average, `burst` at once. Time is passed in as
 * data.
 */
export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  /** Thousandths of a token, to compute in integers. */
  #milliTokens: number
  #atMs: number

  constructor({ perSecond, burst, nowMs }: { perSecond: number; burst: number; nowMs: number }) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#milliTokens = burst * 1_000
    this.#atMs = nowMs
  }

  /** Takes one token. @returns 0 on success, otherwise in how many ms there will be one */
  take(nowMs: number): number {
    const waitMs = this.waitMs(nowMs)
    if (waitMs === 0) this.#milliTokens -= 1_000
    return waitMs
  }

  /** In how many ms there will be a token; 0 if there is one. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs)
    return this.#milliTokens >= 1_000 ? 0 : Math.ceil((1_000 - this.#milliTokens) / this.#perSecond)
  }

  /** Whole tokens left, and in how many ms the bucket will be full. */
  state(nowMs: number): { remaining: number; resetMs: number } {
    this.#refill(nowMs)
    return {
      remaining: Math.floor(this.#milliTokens / 1_000),
      resetMs: Math.ceil((this.#burst * 1_000 - this.#milliTokens) / this.#perSecond),
    }
  }

  isFull(nowMs: number): boolean {
    this.#refill(nowMs)
    return this.#milliTokens >= this.#burst * 1_000
  }

  #refill(nowMs: number): void {
    // A wall clock that was set back adds and removes no tokens.
    if (nowMs > this.#atMs) {
      this.#milliTokens = Math.min(this.#burst * 1_000, this.#milliTokens + (nowMs - this.#atMs) * this.#perSecond)
    }
    this.#atMs = nowMs
  }
}
