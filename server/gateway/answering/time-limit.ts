import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import { within } from '../../within.ts'
import { failure } from './wire-error.ts'

/** Time for the answer to reach the client. The exchange's own time limit ends sooner, since its TIMEOUT says more. */
const ANSWER_MARGIN_MS = 150

interface TimeLimit {
  /** Wall time in ms at which the request arrived. */
  readonly receivedAtMs: number
  /** Whether the work may change something: its outcome is then unknown after a timeout. */
  readonly changes: boolean
}

/**
 * The result of the work, if it comes in time for an answer within `ANSWER_MS_MAX`. Without this, a request could wait far
 * longer for a database whose host no longer answers.
 * @throws {RequestFailure} TIMEOUT
 */
export function inTime<Value>(work: Promise<Value>, { receivedAtMs, changes }: TimeLimit): Promise<Value> {
  const leftMs = Math.max(0, receivedAtMs + ANSWER_MS_MAX - ANSWER_MARGIN_MS - Date.now())
  return within(leftMs, work, () => timeout(changes))
}

function timeout(changes: boolean) {
  const message = 'The request could not be answered in time'
  if (!changes) return failure('TIMEOUT', `${message}.`)
  return failure('TIMEOUT', `${message}; it may have been executed.`, {
    outcome: 'unknown',
    finalAt: Date.now() + ANSWER_MS_MAX,
  })
}
