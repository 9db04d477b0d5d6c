/** A larger correction is not drift: one of the clocks was set. */
const JUMP_MS_MIN = 200

/** This process's own clocks. */
interface OwnClocks {
  wallMs(): number
  monotonicMs(): number
}
const ownClocks: OwnClocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

/**
 * An estimate of the clock of Redis: the last time that Redis sent, plus the time since then. It is corrected only when an
 * answer proves it wrong, so that a slow answer does not change it.
 */
export class SharedClock {
  readonly #own: OwnClocks
  readonly #jumped = new Set<() => void>()
  #base: { readonly sharedMs: number; readonly wallMs: number; readonly monotonicMs: number } | undefined

  constructor(own: OwnClocks = ownClocks) {
    this.#own = own
  }

  /** Before the first answer of Redis, this process's wall clock. */
  nowMs(): number {
    const base = this.#base
    if (base === undefined) return this.#own.wallMs()
    // The monotonic clock stops while a machine sleeps, and the wall clock can be set back. The later of both is used: a
    // command that expires too early is only resent, but one that is executed too late breaks a promise.
    const elapsed = Math.max(this.#own.wallMs() - base.wallMs, this.#own.monotonicMs() - base.monotonicMs)
    return Math.floor(base.sharedMs + elapsed)
  }

  /**
   * Takes an answer of Redis.
   * @param redisMs the time in the answer
   * @param roundTripMs how long the answer took: the time at its arrival is between `redisMs` and `redisMs + roundTripMs`
   */
  correct(redisMs: number, roundTripMs: number): void {
    const latestMs = redisMs + roundTripMs
    const estimateMs = this.#base === undefined ? (redisMs + latestMs) / 2 : this.nowMs()
    const nowMs = Math.min(Math.max(estimateMs, redisMs), latestMs)
    this.#base = { sharedMs: nowMs, wallMs: this.#own.wallMs(), monotonicMs: this.#own.monotonicMs() }
    if (Math.abs(nowMs - estimateMs) > JUMP_MS_MIN) for (const jumped of this.#jumped) jumped()
  }

  /** Calls the listener when the clock was set: expiry times from before refer to another time. @returns removes the listener */
  onJump(jumped: () => void): () => void {
    this.#jumped.add(jumped)
    return () => this.#jumped.delete(jumped)
  }
}
