import { expect, test } from 'vitest'
import { SharedClock } from './shared-clock.ts'

const START_MS = 1_700_000_000_000

/** A machine whose clocks a test moves. */
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

test('the shared clock is this machine’s until Redis has told the time, then Redis’s', () => {
  const { clock, pass, jumps } = machine()
  expect(clock.nowMs()).toBe(START_MS)
  clock.told(START_MS + 60_000, 10)
  expect(clock.nowMs()).toBe(START_MS + 60_005)
  pass(1_000)
  expect(clock.nowMs()).toBe(START_MS + 61_005)
  expect(jumps).toEqual([])
})

test('a slow answer proves nothing, a quick one corrects a drift, and neither is a jump', () => {
  const { clock, pass, jumps } = machine()
  clock.told(START_MS, 0)
  pass(10_000)
  clock.told(START_MS + 9_000, 2_000)
  expect(clock.nowMs()).toBe(START_MS + 10_000)
  clock.told(START_MS + 10_050, 4)
  expect(clock.nowMs()).toBe(START_MS + 10_050)
  clock.told(START_MS + 10_000, 10)
  expect(clock.nowMs()).toBe(START_MS + 10_010)
  expect(jumps).toEqual([])
})

test('this machine’s wall clock set back changes nothing; set forward it hurries until Redis corrects it', () => {
  const { own, clock, jumps } = machine()
  clock.told(START_MS, 0)
  own.wall -= 3_600_000
  expect(clock.nowMs()).toBe(START_MS)
  own.wall += 2 * 3_600_000
  expect(clock.nowMs()).toBe(START_MS + 3_600_000)
  clock.told(START_MS + 100, 2)
  expect(clock.nowMs()).toBe(START_MS + 102)
  expect(jumps).toEqual([START_MS + 102])
})

test('a machine that slept, its monotonic clock with it, knows by the wall clock that time has passed', () => {
  const { own, clock } = machine()
  clock.told(START_MS, 0)
  own.wall += 30_000
  expect(clock.nowMs()).toBe(START_MS + 30_000)
})

test('Redis’s clock set back is a jump, told once, and not to who no longer asks', () => {
  const { clock, jumps, forget, pass } = machine()
  clock.told(START_MS, 0)
  pass(1_000)
  clock.told(START_MS + 1_000 - 3_600_000, 5)
  expect(jumps).toEqual([START_MS + 1_000 - 3_600_000 + 5])
  pass(1_000)
  clock.told(START_MS + 2_000 - 3_600_000, 5)
  forget()
  clock.told(START_MS, 5)
  expect(jumps).toHaveLength(1)
})
