import { expect, test } from 'vitest'
import { SharedClock } from './shared-clock.ts'

const START_MS = 1_700_000_000_000

/** A shared clock on a machine with clocks that the test controls. */
function machine() {
  const own = { wall: START_MS, monotonic: 5_000 }
  const clock = new SharedClock({ wallMs: () => own.wall, monotonicMs: () => own.monotonic })
  const jumps: number[] = []
  const forget = clock.onJump(() => jumps.push(clock.nowMs()))
  const pass = (ms: number) => {
    own.wall += ms
    own.monotonic += ms
  }
  return { own, clock, jumps, forget, pass }
}

test('the shared clock follows this machine until Redis has sent its time, then Redis', () => {
  const { clock, pass, jumps } = machine()
  expect(clock.nowMs()).toBe(START_MS)
  clock.correct(START_MS + 60_000, 10)
  expect(clock.nowMs()).toBe(START_MS + 60_005)
  pass(1_000)
  expect(clock.nowMs()).toBe(START_MS + 61_005)
  expect(jumps).toEqual([])
})

test('a slow answer changes nothing, a quick one corrects a drift, and neither counts as a jump', () => {
  const { clock, pass, jumps } = machine()
  clock.correct(START_MS, 0)
  pass(10_000)
  clock.correct(START_MS + 9_000, 2_000)
  expect(clock.nowMs()).toBe(START_MS + 10_000)
  clock.correct(START_MS + 10_050, 4)
  expect(clock.nowMs()).toBe(START_MS + 10_050)
  clock.correct(START_MS + 10_000, 10)
  expect(clock.nowMs()).toBe(START_MS + 10_010)
  expect(jumps).toEqual([])
})

test('setting this machine’s clock back changes nothing; setting it forward advances the shared clock until Redis corrects it', () => {
  const { own, clock, jumps } = machine()
  clock.correct(START_MS, 0)
  own.wall -= 3_600_000
  expect(clock.nowMs()).toBe(START_MS)
  own.wall += 2 * 3_600_000
  expect(clock.nowMs()).toBe(START_MS + 3_600_000)
  clock.correct(START_MS + 100, 2)
  expect(clock.nowMs()).toBe(START_MS + 102)
  expect(jumps).toEqual([START_MS + 102])
})

test('after the machine slept and its monotonic clock stood still, the wall clock shows that time has passed', () => {
  const { own, clock } = machine()
  clock.correct(START_MS, 0)
  own.wall += 30_000
  expect(clock.nowMs()).toBe(START_MS + 30_000)
})

test('setting the clock of Redis back is reported as a jump, once, and not to removed listeners', () => {
  const { clock, jumps, forget, pass } = machine()
  clock.correct(START_MS, 0)
  pass(1_000)
  clock.correct(START_MS + 1_000 - 3_600_000, 5)
  expect(jumps).toEqual([START_MS + 1_000 - 3_600_000 + 5])
  pass(1_000)
  clock.correct(START_MS + 2_000 - 3_600_000, 5)
  forget()
  clock.correct(START_MS, 5)
  expect(jumps).toHaveLength(1)
})
