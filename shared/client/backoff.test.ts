import { expect, it } from 'vitest'
import { RETRY_MS_MAX, RETRY_MS_MIN, retryDelayMs } from './backoff.ts'

it('waits between 0.2 and 5 s, longer with each failure, and anywhere in between by chance', () => {
  expect([0, 1, 2, 9].map((failures) => retryDelayMs(failures, 0))).toEqual(Array(4).fill(RETRY_MS_MIN))
  expect([0, 1, 2, 3, 4, 5, 99].map((failures) => retryDelayMs(failures, 1))).toEqual([
    400,
    800,
    1_600,
    3_200,
    RETRY_MS_MAX,
    RETRY_MS_MAX,
    RETRY_MS_MAX,
  ])
})
