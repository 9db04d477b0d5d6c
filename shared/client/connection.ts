import type { Goodbye } from '../protocol/events.ts'

/**
 * How the connection stands.
 * - `connecting`: the first try goes on
 * - `live`: `welcome` has come
 * - `reconnecting`: lost at `sinceMs`; the next try is at `nextTryAtMs`, or goes on where that is undefined
 * - `closed`: by the program, or for a reason that trying again would not mend
 */
export type ConnectionState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live'; readonly latencyMs?: number; readonly instanceId: string }
  | { readonly phase: 'reconnecting'; readonly sinceMs: number; readonly nextTryAtMs?: number }
  | { readonly phase: 'closed'; readonly sinceMs: number; readonly code?: CloseCode; readonly message?: string }

export type CloseCode = Goodbye['code'] | 'UNAUTHENTICATED' | 'FORBIDDEN'

/** After these the client does not try again by itself: the same would come of it. */
export const FINAL_CODES: readonly string[] = ['REPLACED', 'KEY_REVOKED', 'UNAUTHENTICATED', 'FORBIDDEN']
