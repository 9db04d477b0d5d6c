import type { ErrorCode } from '../protocol/errors.ts'
import type { WireError } from '../protocol/wire-error.ts'

/** Codes that are answered before the id is looked up, and so say nothing about an earlier copy of the request. */
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
/** Codes for an id that was unknown and is not used up: an earlier copy may still arrive until it expires. */
const WITHOUT_A_TRACE: readonly ErrorCode[] = ['NOT_FOUND', 'INVALID', 'REQUEST_EXPIRED']

/**
 * Safety margin after `finalAt`: the clocks of two instances may differ by a quarter of a second, and the client's
 * estimate of them by some more.
 */
export const FINAL_MARGIN_MS = 1_000

/** What is known about the copies of a request. */
interface Sends {
  /** The refusal is the one that an earlier copy was given. */
  readonly isRepeat: boolean
  /** An earlier copy may have been executed: its answer was lost, or left the outcome open. */
  readonly isUncertain: boolean
  /** The time here after which no earlier copy can execute, by the clock of the server that has it. */
  readonly finalAt: number | undefined
  /** The time here at which the copy that is being answered was sent. */
  readonly sentAt: number
}

/**
 * Whether the refusal of one copy holds for the request as a whole. A copy answered with `UNAVAILABLE` was certainly not
 * executed, but an earlier copy whose answer was lost may have been.
 */
export function isFinalRefusal(error: WireError, { isRepeat, isUncertain, finalAt, sentAt }: Sends): boolean {
  if (error.outcome === 'unknown') return false
  if (!isUncertain || isRepeat) return true
  if (BEFORE_THE_ID.includes(error.code)) return false
  if (WITHOUT_A_TRACE.includes(error.code)) return finalAt !== undefined && sentAt > finalAt + FINAL_MARGIN_MS
  return true
}
