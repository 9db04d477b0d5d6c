import type { ErrorCode } from '../protocol/errors.ts'
import type { WireError } from '../protocol/wire-error.ts'

/** Answered before anyone looked whether the id is known: it says nothing of an earlier copy of the request. */
const BEFORE_THE_ID: readonly ErrorCode[] = [
  'UNAVAILABLE',
  'TIMEOUT',
  'INTERNAL',
  'RATE_LIMITED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'PAYLOAD_TOO_LARGE',
  'TOO_MANY_SUBSCRIPTIONS',
]
/** The id was not known, and is not used up: an earlier copy may still come until it expires. */
const WITHOUT_A_TRACE: readonly ErrorCode[] = ['NOT_FOUND', 'INVALID', 'REQUEST_EXPIRED']

/**
 * So long after `finalAt`, by the client's idea of the server's clock, nothing begins any more whoever leads: the clocks
 * of two instances may differ by a quarter of a second, and the client's idea of them by some more.
 */
export const FINAL_MARGIN_MS = 1_000

/** What is known of a request that has been sent more than once under its id. */
export interface Sends {
  /** An earlier copy may have been executed: its answer was lost, or left it open. */
  readonly isUncertain: boolean
  /** The time here after which no earlier copy can begin, by the clock of the server that has it. */
  readonly finalAt: number | undefined
  /** The time here at which the copy that is answered now was sent. */
  readonly sentAt: number
}

/**
 * Whether a refusal of one copy holds for the request as a whole. `UNAVAILABLE` was certainly not executed, but the copy
 * before it, whose answer was lost, may have been.
 */
export function isFinalRefusal(error: WireError, isRepeat: boolean, { isUncertain, finalAt, sentAt }: Sends): boolean {
  if (error.outcome === 'unknown') return false
  if (!isUncertain || isRepeat) return true
  if (BEFORE_THE_ID.includes(error.code)) return false
  if (WITHOUT_A_TRACE.includes(error.code)) return finalAt !== undefined && sentAt > finalAt + FINAL_MARGIN_MS
  return true
}
