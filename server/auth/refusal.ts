import { APIError } from 'better-auth/api'

/** Errors of the protocol as better-auth answers them, with the fields of its own errors beside them. */

/** The body of a refusal. */
export const refusal = (code: 'RATE_LIMITED' | 'UNAVAILABLE', message: string, retryAfterMs: number) => {
  const error = { code, message, outcome: 'not_executed', retryAfterMs }
  return { ok: false, error, code, message }
}

export const retryAfter = (ms: number) => ({ 'retry-after': String(Math.ceil(ms / 1_000)) })

export const rateLimited = (message: string, retryAfterMs: number): APIError =>
  new APIError('TOO_MANY_REQUESTS', refusal('RATE_LIMITED', message, retryAfterMs), retryAfter(retryAfterMs))

export const unavailableFor = (message: string, retryAfterMs: number): APIError =>
  new APIError('SERVICE_UNAVAILABLE', refusal('UNAVAILABLE', message, retryAfterMs), retryAfter(retryAfterMs))

/** @param expectation a sentence such as "expected 1 to 60 characters." */
export function invalid(field: string, expectation: string): APIError {
  const message = `${field}: ${expectation}`
  const error = { code: 'INVALID', field, message, outcome: 'not_executed' }
  return new APIError('BAD_REQUEST', { ok: false, error, code: error.code, message })
}
