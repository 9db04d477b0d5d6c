import type { Clock } from './clock.ts'

/**
 * A commit that takes longer than twice this is slow. Prices must not stand still for a second: the rest of it is the
 * quantum before the commit, and the start of the indicative market. Twice, since one long turn of the event loop makes
 * one timer late, not two.
 */
const HALF_SLOW_MS = 440

/** Postgres has not answered a commit in time: it may be away. */
export class SlowCommit extends Error {
  override readonly name = 'SlowCommit'
}

/** Calls back once a commit is slow, unless it is answered before. @returns to be called when it is answered */
export function watchCommit(clock: Clock, onSlow: () => void): () => void {
  let cancel = clock.after(HALF_SLOW_MS, () => {
    cancel = clock.after(HALF_SLOW_MS, onSlow)
  })
  return () => cancel()
}
