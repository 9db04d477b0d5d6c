import type { Clock } from '../clock.ts'

/**
 * Prices must not stand still for a second: the rest of it is the time between two quotes of one instrument, the quantum
 * before the commit, and the start of the indicative market.
 */
const SLOW_MS = 700

/** Postgres has not answered a commit in time: it may be away. */
export class SlowCommit extends Error {
  override readonly name = 'SlowCommit'
}

/**
 * Calls back once a commit is slow, unless it is answered before.
 * @param silentMs for how long prices have been waiting already, for the commit before this one
 * @returns to be called when it is answered
 */
export function watchCommit(clock: Clock, silentMs: number, onSlow: () => void): () => void {
  // Twice half the time, since one long turn of the event loop makes one timer late, not two.
  const halfMs = Math.max(0, SLOW_MS - silentMs) / 2
  let cancel = clock.after(halfMs, () => {
    cancel = clock.after(halfMs, onSlow)
  })
  return () => cancel()
}
