import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RequestWindows } from './request-windows.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const RULE = { window: 10, max: 10 }

test('a request a second is never refused, however long it goes on', async () => {
  const windows = new RequestWindows()
  for (let second = 0; second < 40; second++) {
    expect(await windows.consume('a', RULE), `second ${second}`).toEqual({ allowed: true, retryAfter: null })
    await vi.advanceTimersByTimeAsync(1_000)
  }
})

test('more than the rule allows is refused until the window ends, by key', async () => {
  const windows = new RequestWindows()
  for (let i = 0; i < RULE.max; i++) await windows.consume('a', RULE)
  await vi.advanceTimersByTimeAsync(4_000)
  expect(await windows.consume('a', RULE)).toEqual({ allowed: false, retryAfter: 6 })
  expect(await windows.consume('b', RULE)).toEqual({ allowed: true, retryAfter: null })
  expect(await windows.consume('a', { window: 10, max: 100 })).toEqual({ allowed: true, retryAfter: null })
  await vi.advanceTimersByTimeAsync(6_000)
  expect(await windows.consume('a', RULE)).toEqual({ allowed: true, retryAfter: null })
})
