import { HEARTBEAT_MS } from '@valiant/shared/protocol/limits'

/** How much later than due a heartbeat may come on a slow network before prices stop looking live. */
const LATE_MS_MAX = 500
/** A tab that was left for a moment does not lose its streams. */
export const HIDDEN_MS_MAX = 30_000

/** @returns since when nothing was heard, once a heartbeat is overdue */
export function silentSince(heardAtMs: number | undefined, nowMs: number): number | undefined {
  if (heardAtMs === undefined) return undefined
  return nowMs - heardAtMs > HEARTBEAT_MS + LATE_MS_MAX ? heardAtMs : undefined
}
