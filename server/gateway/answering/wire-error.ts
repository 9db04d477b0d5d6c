import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import type { ErrorCode, InvalidRule } from '@valiant/shared/protocol/errors'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import { invalidField } from '@valiant/shared/protocol/invalid'
import { AuthUnavailable, isLostDatabase } from '../../auth/auth-unavailable.ts'
import { Unavailable } from '../../bus/commands.ts'

/** Answers a request with an error of the protocol. */
export class RequestFailure extends Error {
  readonly error: WireError
  constructor(error: WireError) {
    super(error.message)
    this.name = 'RequestFailure'
    this.error = error
  }
}

/** A failure of a request that was not executed. */
export const failure = (code: ErrorCode, message: string, more: Partial<WireError> = {}): RequestFailure =>
  new RequestFailure({ code, message, outcome: 'not_executed', ...more })

/** INVALID as a failure; see `invalidField`. */
export const invalid = (
  field: string,
  rule: InvalidRule,
  { expected, found, nearest }: { expected: string; found?: string; nearest?: string },
): RequestFailure =>
  new RequestFailure(
    invalidField({
      ...{ field, rule, expected },
      ...(found !== undefined && { found }),
      ...(nearest !== undefined && { nearest }),
    }),
  )

const FOUND_LENGTH_MAX = 40
const ORIGIN_LENGTH_MAX = 100

/** A client's value as shown in a message; shortened, since it may be hostile. */
export function foundText(value: unknown, lengthMax = FOUND_LENGTH_MAX): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) return typeof value
  if (text.length <= lengthMax) return text
  return `${text.slice(0, lengthMax)}…${typeof value === 'string' ? '"' : ''}`
}

/** An origin as shown in a message: longer than other values, since its end says what differs. */
export const foundOrigin = (origin: string | undefined): string =>
  origin === undefined ? 'none' : foundText(origin, ORIGIN_LENGTH_MAX)

const DEFECT = { code: 'INTERNAL', message: 'Internal server error. It has been logged.' } as const

/** The error of a request that reached nothing: a defect, whose details the client never sees, did not execute it. */
export const toWireError = (error: unknown): WireError =>
  knownWireError(error) ?? { ...DEFECT, outcome: 'not_executed' }

/** The error of a change that may have reached the exchange before it failed: a defect leaves its outcome open. */
export const toWireErrorOfChange = (error: unknown): WireError =>
  knownWireError(error) ?? { ...DEFECT, outcome: 'unknown', finalAt: Date.now() + ANSWER_MS_MAX }

/** A failure meant for the client, or something outside that failed; undefined for a defect. */
function knownWireError(error: unknown): WireError | undefined {
  if (error instanceof RequestFailure) return error.error
  if (error instanceof Unavailable) {
    return {
      code: 'UNAVAILABLE',
      message: `The exchange cannot take this request right now: ${error.message}. It was not executed.`,
      outcome: 'not_executed',
      retryAfterMs: error.retryAfterMs,
    }
  }
  if (error instanceof AuthUnavailable) {
    return {
      code: 'UNAVAILABLE',
      message: 'Your session cannot be verified right now. The request was not executed.',
      outcome: 'not_executed',
      retryAfterMs: error.retryAfterMs,
    }
  }
  if (isLostDatabase(error)) {
    return {
      code: 'UNAVAILABLE',
      message: 'The history cannot be read right now. The request was not executed.',
      outcome: 'not_executed',
      retryAfterMs: 1_000,
    }
  }
  return undefined
}

/** Whether an error is a defect of ours, which must be logged. */
export const isDefect = (error: unknown): boolean => knownWireError(error) === undefined
