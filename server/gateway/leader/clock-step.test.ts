import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { momentAt, msUntil, ClockStep } from './clock-step.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const setWallClock = (byMs: number) => vi.setSystemTime(Date.now() + byMs)

describe('what is left until a moment', () => {
  test.each([
    ['while both clocks go on', 0, 4_000],
    ['when the wall clock is set back: no more than has really passed', -3_000, 4_000],
    ['when it is set on, as after a machine has slept: less', 3_000, 1_000],
    ['when it is over', 6_000, -2_000],
  ])('%s', (_when, byMs, leftMs) => {
    const moment = momentAt(Date.now() + 5_000)
    vi.advanceTimersByTime(1_000)
    setWallClock(byMs)
    expect(msUntil(moment)).toBe(leftMs)
  })
})

describe('by how much the wall clock was set back', () => {
  const looks = (clockStep: ClockStep, count: number) => {
    for (let look = 0; look < count; look++) {
      vi.advanceTimersByTime(100)
      clockStep.look()
    }
  }

  test('is known at once, over a stop of the process, and forgotten after many looks', () => {
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

  test('is nothing when it is set on', () => {
    const clockStep = new ClockStep()
    setWallClock(3_000)
    expect(clockStep.ms).toBe(0)
  })
})
