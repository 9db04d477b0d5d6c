import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Stopwatch } from './stopwatch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('a stopwatch adds up all runs including the current one, and a second start changes nothing', () => {
  const watch = new Stopwatch()
  vi.advanceTimersByTime(5_000)
  expect(watch.seconds).toBe(0)
  watch.start()
  vi.advanceTimersByTime(1_500)
  watch.start()
  vi.advanceTimersByTime(500)
  expect(watch.seconds).toBe(2)
  watch.stop()
  watch.stop()
  vi.advanceTimersByTime(9_000)
  expect(watch.seconds).toBe(2)
  watch.start()
  vi.advanceTimersByTime(250)
  expect(watch.seconds).toBe(2.25)
})
