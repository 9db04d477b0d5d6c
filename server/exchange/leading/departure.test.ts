import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Departure } from './departure.ts'

const departure = () => new Departure(pino({ level: 'silent' }))
const released = (isTaken: boolean) => ({ isTakenWithin: () => Promise.resolve(isTaken) })
const stateOf = ({ leaving, stopping }: Departure) => ({ leaving: leaving.aborted, stopping: stopping.aborted })

test('a process that stops leaves its term and does not lead again', () => {
  const leader = departure()
  expect(stateOf(leader)).toEqual({ leaving: false, stopping: false })
  leader.stop()
  expect(stateOf(leader)).toEqual({ leaving: true, stopping: true })
})

test('a process that hands over leaves its term, and stops once a standby leads', async () => {
  const leader = departure()
  const handedOver = leader.handOver()
  expect(stateOf(leader)).toEqual({ leaving: true, stopping: false })
  await leader.confirm(released(true))
  expect([await handedOver, stateOf(leader)]).toEqual([true, { leaving: true, stopping: true }])
})

test('a process whose standby does not take the lead may lead again', async () => {
  const leader = departure()
  const handedOver = leader.handOver()
  await leader.confirm(released(false))
  expect([await handedOver, stateOf(leader)]).toEqual([false, { leaving: false, stopping: false }])
})

test('a process that is stopped during a hand-over does not lead again, whoever leads', async () => {
  const leader = departure()
  const handedOver = leader.handOver()
  leader.stop()
  await leader.confirm(released(false))
  expect([await handedOver, stateOf(leader)]).toEqual([false, { leaving: true, stopping: true }])
})

test('a lease that is released for another reason confirms nothing', async () => {
  const leader = departure()
  await leader.confirm(released(true))
  expect(stateOf(leader)).toEqual({ leaving: false, stopping: false })
})
