import { expect, test } from 'vitest'
import { LeaderEpoch } from './leader-epoch.ts'

const led = (epoch: number): LeaderEpoch => {
  const leader = new LeaderEpoch()
  leader.welcome(epoch)
  return leader
}
/** How many heartbeats of an epoch arrive before the exchange counts as started over; at most 20. */
const beatsUntilOver = (leader: LeaderEpoch, epoch: number): number | undefined => {
  for (let beats = 1; beats <= 20; beats++) if (leader.hasStartedOver(epoch)) return beats
  return undefined
}

test('frames of a replaced leader do not count; those of the current and a new one do', () => {
  const leader = led(7)
  expect([6, 7, 8, 7].map((epoch) => leader.admits(epoch))).toEqual([false, true, true, false])
  expect(leader.current).toBe(8)
})

test('an instance that knows no leader, or an older one, finds it once', () => {
  const leader = led(0)
  expect([0, 3, 3].map((epoch) => leader.isFound(epoch))).toEqual([false, true, false])
  leader.admits(3)
  leader.welcome(2)
  expect([leader.current, leader.isFound(3)]).toEqual([3, true])
  leader.welcome(3)
  expect(leader.isFound(3)).toBe(false)
})

test('after ten heartbeats of one lower epoch the exchange has started over, and that epoch counts', () => {
  const leader = led(7)
  expect(beatsUntilOver(leader, 1)).toBe(10)
  expect([leader.current, leader.admits(1)]).toEqual([1, true])
})

test('heartbeats of a replaced leader that others interrupt start nothing over', () => {
  const leader = led(7)
  for (const epoch of [1, 7, 2, 0]) {
    for (let beats = 0; beats < 9; beats++) expect(leader.hasStartedOver(epoch)).toBe(false)
  }
  expect(beatsUntilOver(leader, 7)).toBe(undefined)
  leader.hasStartedOver(1)
  leader.welcome(7)
  expect(beatsUntilOver(leader, 1)).toBe(10)
})

test('once the exchange has started over, no leader is missing', () => {
  const leader = led(7)
  leader.welcome(1)
  expect(beatsUntilOver(leader, 1)).toBe(10)
  expect(leader.isFound(1)).toBe(false)
})
