import { expect, it } from 'vitest'
import { resendPauseMs, retryDelayMs } from './backoff.ts'

it('waits from 0.2 to 5 s, longer with each failure, with jitter', () => {
  expect([0, 1, 2, 9].map((failures) => retryDelayMs(failures, 0))).toEqual([200, 200, 200, 200])
  expect([0, 1, 2, 3, 4, 5, 99].map((failures) => retryDelayMs(failures, 1))).toEqual([
    400, 800, 1_600, 3_200, 5_000, 5_000, 5_000,
  ])
})

it('delays a request by a second or two, and twice as long each time', () => {
  expect([0, 1, 2, 5].map((pauses) => resendPauseMs(pauses, 0))).toEqual([1_000, 2_000, 4_000, 32_000])
  expect(resendPauseMs(0, 1)).toBe(2_000)
})
