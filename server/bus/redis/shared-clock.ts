/** More than this is no drift: the clock there or here has been set. */
const JUMP_MS_MIN = 200

/** This process's own clocks. */
export interface OwnClocks {
  wallMs(): number
  monotonicMs(): number
}
const ownClocks: OwnClocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

/**
 * Redis's clock, as far as it can be known from here: the last time it told, and how long ago that was. It is corrected
 * only when an answer proves it wrong, so that a slow one does not move it.
 */
export class SharedClock {
  readonly #own: OwnClocks
  readonly #jumped = new Set<() => void>()
  #base: { readonly sharedMs: number; readonly wallMs: number; readonly monotonicMs: number } | undefined

  constructor(own: OwnClocks = ownClocks) {
    this.#own = own
  }

  /** This process's wall clock before Redis has been heard. */
  nowMs(): number {
    const base = this.#base
    if (base === undefined) return this.#own.wallMs()
    // The monotonic clock stands still while a machine sleeps, the wall clock can be set back: the later of both, since
    // a command that is dropped too early costs a resend, and one that is executed too late is a broken promise.
    const elapsed = Math.max(this.#own.wallMs() - base.wallMs, this.#own.monotonicMs() - base.monotonicMs)
    return Math.floor(base.sharedMs + elapsed)
  }

  /** @param roundTripMs how long the answer took: at its arrival the time is `toldMs` at least, and at most so much more */
  told(toldMs: number, roundTripMs: number): void {
    const latestMs = toldMs + roundTripMs
    const estimateMs = this.#base === undefined ? (toldMs + latestMs) / 2 : this.nowMs()
    const nowMs = Math.min(Math.max(estimateMs, toldMs), latestMs)
    this.#base = { sharedMs: nowMs, wallMs: this.#own.wallMs(), monotonicMs: this.#own.monotonicMs() }
    if (Math.abs(nowMs - estimateMs) > JUMP_MS_MIN) for (const jumped of this.#jumped) jumped()
  }

  /** What was queued before a jump is of another time. @returns to be called to hear no more of it */
  onJump(jumped: () => void): () => void {
    this.#jumped.add(jumped)
    return () => this.#jumped.delete(jumped)
  }
}
