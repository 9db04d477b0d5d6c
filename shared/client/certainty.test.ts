import { expect, test } from 'vitest'
import type { ErrorCode } from '../protocol/errors.ts'
import { isFinalRefusal } from './certainty.ts'

const FINAL_AT = 10_000
const refusal = (code: ErrorCode, outcome: 'not_executed' | 'unknown' = 'not_executed') =>
  ({ code, message: '', outcome }) as const
/** An earlier copy may have been executed, but not after `FINAL_AT`. */
const uncertain = { isRepeat: false, isUncertain: true, finalAt: FINAL_AT, sentAt: FINAL_AT }

test('a refusal of the only copy is final, unless it leaves the outcome open', () => {
  const only = { ...uncertain, isUncertain: false }
  expect(isFinalRefusal(refusal('UNAVAILABLE'), only)).toBe(true)
  expect(isFinalRefusal(refusal('TIMEOUT', 'unknown'), only)).toBe(false)
})

test('a refusal that an earlier copy was given is final, and so is one by the rules of the exchange', () => {
  expect(isFinalRefusal(refusal('INVALID'), { ...uncertain, isRepeat: true })).toBe(true)
  expect(isFinalRefusal(refusal('INSUFFICIENT_FUNDS'), uncertain)).toBe(true)
})

test.each(['UNAVAILABLE', 'RATE_LIMITED', 'UNAUTHENTICATED', 'FORBIDDEN', 'PAYLOAD_TOO_LARGE'] as const)(
  '%s says nothing about an earlier copy, however late',
  (code) => {
    expect(isFinalRefusal(refusal(code), { ...uncertain, sentAt: Infinity })).toBe(false)
  },
)

test.each(['NOT_FOUND', 'INVALID', 'REQUEST_EXPIRED'] as const)(
  '%s is final for a copy sent more than a second after the last moment at which an earlier one could execute',
  (code) => {
    const isFinal = (sentAt: number) => isFinalRefusal(refusal(code), { ...uncertain, sentAt })
    expect([FINAL_AT - 1_000, FINAL_AT, FINAL_AT + 1_000, FINAL_AT + 1_001].map((at) => isFinal(at))).toEqual([
      ...[false, false, false],
      true,
    ])
    expect(isFinalRefusal(refusal(code), { ...uncertain, sentAt: Infinity, finalAt: undefined })).toBe(false)
  },
)
