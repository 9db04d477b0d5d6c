import type { ConnectionState } from '@valiant/shared/client/connection-state'
import { age } from '#lib/ui/format.ts'

/** The status bar's text about the connection. `live` only while prices are live. */
export interface ConnectionWords {
  readonly kind: 'live' | 'slow' | 'connecting' | 'lost' | 'closed'
  readonly text: string
  /** The consequence for the visitor's orders. */
  readonly more?: string
}

const CLOSED_WORDS: Readonly<Record<string, string>> = {
  REPLACED: 'Too many windows are open: this one was disconnected.',
  KEY_REVOKED: 'This key was revoked.',
  SIGNED_OUT: 'You signed out elsewhere.',
  UNAUTHENTICATED: 'You are signed out here.',
  FORBIDDEN: 'This account can’t be used any more.',
}

/** A connection whose prices are old, where there is room for little. */
export function staleWord({ phase }: ConnectionState): string {
  if (phase === 'closed') return 'Disconnected'
  return phase === 'live' ? 'Not live' : 'Reconnecting'
}

export function connectionWords(
  state: ConnectionState,
  at: {
    readonly nowMs: number
    readonly ageMs: number
    readonly isStale: boolean
    readonly isSilent: boolean
    readonly slowFromMs: number
    readonly hasOrders: boolean
  },
): ConnectionWords {
  const more = at.hasOrders ? { more: 'Your open orders keep working on the exchange.' } : {}
  if (state.phase === 'live') {
    if (at.isSilent) return { kind: 'lost', text: `Nothing heard for ${age(at.ageMs)}`, ...more }
    if (at.isStale) return { kind: 'connecting', text: 'Catching up' }
    const isSlow = (state.latencyMs ?? 0) > at.slowFromMs
    return { kind: isSlow ? 'slow' : 'live', text: isSlow ? 'Slow' : 'Live' }
  }
  if (state.phase === 'closed') {
    return { kind: 'closed', text: CLOSED_WORDS[state.code ?? ''] ?? state.message ?? 'Disconnected.' }
  }
  // For less than a second nothing is reported: the page from the server is that recent.
  if (!at.isStale) return { kind: 'connecting', text: 'Live' }
  if (state.phase === 'connecting') return { kind: 'lost', text: `No connection yet, after ${age(at.ageMs)}`, ...more }
  const wait = state.nextTryAtMs === undefined ? 0 : Math.ceil((state.nextTryAtMs - at.nowMs) / 1_000)
  const next = wait > 0 ? `Trying again in ${wait} s` : 'Trying now'
  return { kind: 'lost', text: `Connection lost ${age(at.ageMs)} ago. ${next}`, ...more }
}
