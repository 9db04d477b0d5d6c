import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import type { Database } from '../../database/database.ts'
import type { JournalState } from '../../journal/recovery.ts'
import { systemClock } from '../clock.ts'
import { Standby } from './standby.ts'

afterEach(() => void vi.useRealTimers())

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
