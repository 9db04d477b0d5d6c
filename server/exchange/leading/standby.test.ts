import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import type { Database } from '../../database/database.ts'
import type { JournalState } from '../../journal/recovery.ts'
import { systemClock } from '../clock.ts'
import { Standby } from './standby.ts'

afterEach(() => void vi.useRealTimers())

test('a journal that cannot be followed is looked at again and again, and logged every ten seconds', async () => {
  vi.useFakeTimers()
  const lines: string[] = []
  const tx = vi.fn(() => Promise.reject(new Error('connect ECONNREFUSED')))
  const database = { queries: { tx }, commits: { session: () => Promise.resolve() } } as unknown as Database
  await using _standby = Standby.start({
    ...{ database, instruments: [], liveness: 1, maxOpenOrdersPerInstrument: 200, clock: systemClock },
    log: pino({}, { write: (line) => void lines.push(line) }),
  })
  await vi.advanceTimersByTimeAsync(30_500)
  expect(tx.mock.calls.length).toBeGreaterThan(100)
  expect(lines).toHaveLength(4)
  expect(lines[0]).toContain('the journal could not be followed')
  expect(lines[1]).toMatch(/ECONNREFUSED.*"unlogged":\d\d/)
})

test('a state that takes long to read is not read twice', async () => {
  vi.useFakeTimers()
  const reading = Promise.withResolvers<JournalState>()
  const tx = vi.fn(() => reading.promise)
  await using standby = Standby.start({
    ...{ database: { queries: { tx } } as unknown as Database, instruments: [], liveness: 1 },
    ...{ maxOpenOrdersPerInstrument: 200, clock: systemClock, log: pino({ level: 'silent' }) },
  })
  const state = standby.state()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(tx).toHaveBeenCalledOnce()
  const found = { accounts: [] } as unknown as JournalState
  reading.resolve(found)
  expect(await state).toBe(found)
})
