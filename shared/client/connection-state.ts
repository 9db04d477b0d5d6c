import type { Goodbye } from '../protocol/events.ts'

/**
 * The state of the connection.
 * - `connecting`: the first attempt is under way
 * - `live`: `welcome` has arrived
 * - `reconnecting`: nothing has been heard since `sinceMs`; the next attempt is at `nextTryAtMs`, or under way where that is
 *   undefined. `code` and `message` say why the last one failed; the code is the server's, and absent where the network failed
 * - `closed`: by the program, or for a reason that another attempt would meet again
 */
export type ConnectionState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live'; readonly latencyMs?: number; readonly instanceId: string }
  | {
      readonly phase: 'reconnecting'
      readonly sinceMs: number
      readonly nextTryAtMs?: number
      readonly code?: string
      readonly message?: string
    }
  | { readonly phase: 'closed'; readonly sinceMs: number; readonly code?: CloseCode; readonly message?: string }

export type CloseCode = Goodbye['code'] | 'UNAUTHENTICATED' | 'FORBIDDEN' | 'INVALID'

/** The client does not reconnect by itself after these: the result would be the same. */
export const FINAL_CODES: readonly string[] = ['REPLACED', 'KEY_REVOKED', 'UNAUTHENTICATED', 'FORBIDDEN', 'INVALID']
