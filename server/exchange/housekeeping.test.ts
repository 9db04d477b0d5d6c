import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from 'pino'
import { expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { Housekeeping } from './housekeeping.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOW_MS = 1_000 * DAY_MS

/** Housekeeping whose hours the test controls. */
function rig() {
  const done: (readonly [string, number])[] = []
  const logged: string[] = []
  const at = { failing: '', held: undefined as Promise<unknown> | undefined, isOurs: true }
  const timers = new Set<() => void>()
  const clock: Clock = {
    now: () => NOW_MS,
    after: (ms, call) => {
      expect(ms).toBe(HOUR_MS)
      timers.add(call)
      return () => timers.delete(call)
    },
  }
  const chore = (name: string) => async (ms: number) => {
    await at.held
    if (at.failing === name) throw new Error('away')
    done.push([name, (NOW_MS - ms) / DAY_MS])
  }
  const housekeeping = new Housekeeping({
    ...{ clock, log: { warn: (_fields: unknown, text: string) => logged.push(text) } as unknown as Logger },
    bars: { dropSeconds: chore('bars') },
    history: { forgetRequests: chore('requests') },
    alerts: { forget: chore('alerts') },
    news: { forget: chore('news') },
    curves: { thin: chore('curves') },
    isOurs: () => at.isOurs,
  })
  const passHour = async () => {
    const due = [...timers]
    timers.clear()
    for (const call of due) call()
    for (let turns = 0; turns < 10; turns++) await turn()
  }
  return { housekeeping, at, done, logged, timers, passHour }
}

test('each hour removes everything past its retention', async () => {
  const { done, logged, passHour } = rig()
  await passHour()
  const chores = [
    ['bars', 1],
    ['requests', 1],
    ['alerts', 0], // which defines its own retention
    ['news', 90],
    ['curves', 0], // which defines its own retention
  ]
  expect(done).toEqual(chores)
  await passHour()
  expect(done).toEqual([...chores, ...chores])
  expect(logged).toEqual([])
})

test('a failed chore does not prevent the others, and is retried in an hour', async () => {
  const { at, done, logged, passHour } = rig()
  at.failing = 'bars'
  await passHour()
  expect(done.map(([name]) => name)).toEqual(['requests', 'alerts', 'news', 'curves'])
  at.failing = 'alerts'
  await passHour()
  expect(done.map(([name]) => name).slice(4)).toEqual(['bars', 'requests', 'news', 'curves'])
  expect(logged).toEqual([
    'exchange: old one-second bars could not be removed; retrying in an hour',
    'exchange: old alerts could not be removed; retrying in an hour',
  ])
})

test('a process only does the chores while it leads', async () => {
  const { at, done, passHour } = rig()
  at.isOurs = false
  await passHour()
  expect(done).toEqual([])
  at.isOurs = true
  await passHour()
  expect(done).toHaveLength(5)
})

test('the next hour begins when the chores are done, and none begins after the end', async () => {
  const { housekeeping, at, done, timers, passHour } = rig()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  at.held = promise
  await passHour()
  expect(timers.size).toBe(0)
  housekeeping[Symbol.dispose]()
  resolve(undefined)
  await passHour()
  expect(done.map(([name]) => name)).toEqual(['bars'])
  expect(timers.size).toBe(0)
})
