import type { ConnectionState } from '@valiant/shared/client/connection-state'
import { age } from '#lib/ui/format.ts'

/** What the status bar says of the connection. `live` only while what is shown is live. */
export interface ConnectionWords {
  readonly kind: 'live' | 'slow' | 'connecting' | 'lost' | 'closed'
  readonly text: string
  /** What it means for the visitor's orders. */
  readonly more?: string
}

const CLOSED_WORDS: Readonly<Record<string, string>> = {
  REPLACED: 'Too many windows are open: this one was disconnected.',
  KEY_REVOKED: 'This key was revoked.',
  SIGNED_OUT: 'You signed out elsewhere.',
}

export function connectionWords(
  state: ConnectionState,
  at: { nowMs: number; ageMs: number; isStale: boolean; slowFromMs: number; hasOrders: boolean },
): ConnectionWords {
  if (state.phase === 'live') {
    const isSlow = (state.latencyMs ?? 0) > at.slowFromMs
    return { kind: isSlow ? 'slow' : 'live', text: isSlow ? 'Slow' : 'Live' }
  }
  if (state.phase === 'closed') {
    return { kind: 'closed', text: CLOSED_WORDS[state.code ?? ''] ?? state.message ?? 'Disconnected.' }
  }
  // Under a second nothing is said: the page from the server is as new as that.
  if (!at.isStale) return { kind: 'connecting', text: 'Live' }
  const more = at.hasOrders ? { more: 'Your open orders keep working on the exchange.' } : {}
  if (state.phase === 'connecting') return { kind: 'lost', text: `No connection yet, after ${age(at.ageMs)}`, ...more }
  const wait = state.nextTryAtMs === undefined ? 0 : Math.ceil((state.nextTryAtMs - at.nowMs) / 1_000)
  const next = wait > 0 ? `Trying again in ${wait} s` : 'Trying now'
  return { kind: 'lost', text: `Connection lost ${age(at.ageMs)} ago. ${next}`, ...more }
}
