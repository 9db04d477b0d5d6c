import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { momentAt, msUntil, ClockStep } from './clock-step.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const setWallClock = (byMs: number) => vi.setSystemTime(Date.now() + byMs)

describe('the time until a moment', () => {
  test.each([
    ['while both clocks run', 0, 4_000],
    ['when the wall clock is set back: the monotonic clock decides', -3_000, 4_000],
    ['when it is set forward, as after the machine has slept: the wall clock decides', 3_000, 1_000],
    ['when it has passed', 6_000, -2_000],
  ])('%s', (_when, byMs, leftMs) => {
    const moment = momentAt(Date.now() + 5_000)
    vi.advanceTimersByTime(1_000)
    setWallClock(byMs)
    expect(msUntil(moment)).toBe(leftMs)
  })
})

describe('how far the wall clock was set back', () => {
  const looks = (clockStep: ClockStep, count: number) => {
    for (let look = 0; look < count; look++) {
      vi.advanceTimersByTime(100)
      clockStep.look()
    }
  }

  test('is known at once, also after the process was stopped, and forgotten after many looks', () => {
    const clockStep = new ClockStep()
    looks(clockStep, 10)
    expect(clockStep.ms).toBeCloseTo(0)
    setWallClock(-3_000)
    expect(clockStep.ms).toBeCloseTo(3_000)
    vi.advanceTimersByTime(600_000)
    looks(clockStep, 290)
    expect(clockStep.ms).toBeCloseTo(3_000)
    looks(clockStep, 310)
    expect(clockStep.ms).toBeCloseTo(0)
  })

  test('is zero when it is set forward', () => {
    const clockStep = new ClockStep()
    setWallClock(3_000)
    expect(clockStep.ms).toBe(0)
  })
})
