import type { Clock } from '../clock.ts'

/**
 * Prices must not stand still for a second. The remainder covers the time between two quotes of one instrument, the
 * quantum before the commit, and the start of the indicative market.
 */
const SLOW_MS = 700

/** Postgres has not answered a commit in time; it may be unavailable. */
export class SlowCommit extends Error {
  override readonly name = 'SlowCommit'
}

/**
 * Calls back when a commit becomes slow, unless it is answered before.
 * @param silentMs how long prices were already held back by the previous commit
 * @returns a function to call when it is answered
 */
export function watchCommit(clock: Clock, silentMs: number, onSlow: () => void): () => void {
  // Half the time twice: one long turn of the event loop delays one timer, not two.
  const halfMs = Math.max(0, SLOW_MS - silentMs) / 2
  let cancel = clock.after(halfMs, () => {
    cancel = clock.after(halfMs, onSlow)
  })
  return () => cancel()
}
