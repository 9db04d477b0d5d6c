import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { momentAt, msUntil, SetBack } from './own-clocks.ts'

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
  const looks = (setBack: SetBack, count: number) => {
    for (let look = 0; look < count; look++) {
      vi.advanceTimersByTime(100)
      setBack.look()
    }
  }

  test('is known at once, over a stop of the process, and forgotten after many looks', () => {
    const setBack = new SetBack()
    looks(setBack, 10)
    expect(setBack.ms).toBeCloseTo(0)
    setWallClock(-3_000)
    expect(setBack.ms).toBeCloseTo(3_000)
    vi.advanceTimersByTime(600_000)
    looks(setBack, 290)
    expect(setBack.ms).toBeCloseTo(3_000)
    looks(setBack, 310)
    expect(setBack.ms).toBeCloseTo(0)
  })

  test('is nothing when it is set on', () => {
    const setBack = new SetBack()
    setWallClock(3_000)
    expect(setBack.ms).toBe(0)
  })
})
