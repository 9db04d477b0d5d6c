import { SPARKLINE_POINTS } from '@valiant/shared/protocol/limits'
import type { Feed } from '../../feed/feed.ts'
import type { Handler } from './request.ts'

/** Closes of all instruments over a day, so many points each. */
type Sparklines = ReturnType<Feed['sparklines']>

/** Answers may be this old. */
const KEPT_MS = 1_000

/**
 * Sparklines of the feed, made at most once a second for each number of points: a day of minutes of every instrument takes
 * about a millisecond, and sockets without an account may ask for it too.
 */
export function keptSparklines(feed: Pick<Feed, 'sparklines'>, nowMs: () => number): (points: number) => Sparklines {
  const kept = new Map<number, { readonly madeAtMs: number; readonly lines: Sparklines }>()
  return (points) => {
    const now = nowMs()
    const before = kept.get(points)
    // The clock may have been set back.
    if (before !== undefined && Math.abs(now - before.madeAtMs) < KEPT_MS) return before.lines
    const lines = feed.sparklines(points)
    kept.set(points, { madeAtMs: now, lines })
    return lines
  }
}

export const sparklines =
  (of: (points: number) => Sparklines): Handler<'sparklines'> =>
  ({ points = SPARKLINE_POINTS }) =>
    of(points)
