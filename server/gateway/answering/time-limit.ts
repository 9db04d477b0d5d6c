import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import { failure } from './wire-error.ts'

/** Time for the answer to reach the client. Shorter than the exchange's, whose own TIMEOUT says more and so comes first. */
const ANSWER_MARGIN_MS = 150

export interface TimeLimit {
  /** Wall time in ms at which the request arrived. */
  readonly receivedAtMs: number
  /** Whether the work may change something, so that nobody knows what became of it. */
  readonly changes: boolean
}

/**
 * What the work gives, if it comes in time for an answer within `ANSWER_MS_MAX`. A database whose host has gone silent
 * takes far longer to fail.
 * @throws {RequestFailure} TIMEOUT
 */
export async function inTime<Value>(work: Promise<Value>, { receivedAtMs, changes }: TimeLimit): Promise<Value> {
  const overdue = Promise.withResolvers<never>()
  const leftMs = Math.max(0, receivedAtMs + ANSWER_MS_MAX - ANSWER_MARGIN_MS - Date.now())
  const timer = setTimeout(() => overdue.reject(timeout(changes)), leftMs)
  try {
    return await Promise.race([work, overdue.promise])
  } finally {
    clearTimeout(timer)
  }
}

function timeout(changes: boolean) {
  const message = 'The request could not be answered in time'
  if (!changes) return failure('TIMEOUT', `${message}.`)
  return failure('TIMEOUT', `${message}; it may have been executed.`, {
    outcome: 'unknown',
    finalAt: Date.now() + ANSWER_MS_MAX,
  })
}
