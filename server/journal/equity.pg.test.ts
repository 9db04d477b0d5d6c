import { expect, test } from 'vitest'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { openDatabase } from '../database/database.ts'
import { writeEquity } from './equity.ts'
import { History } from './history.ts'

const MINUTE_MS = 60_000

test('equity is the last sample of each interval that has one, oldest first', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const history = new History(database.queries)
  const at = (minute: number, account = 100) => ({
    ...{ account, atMs: minute * MINUTE_MS, equityCents: 5 - minute, cashCents: 10 * minute },
  })
  await writeEquity(database.queries, [])
  await writeEquity(database.queries, [at(0), at(3), at(4), at(11), at(12), at(5, 200)])
  await writeEquity(database.queries, [at(14), { ...at(12), equityCents: 99 }]) // one that is there stays
  const every = (intervalMs: number, stretch = {}) => history.equity(100, { intervalMs, limit: 99, ...stretch })
  expect(await every(MINUTE_MS)).toEqual([at(0), at(3), at(4), at(11), at(12), at(14)])
  expect(await every(5 * MINUTE_MS)).toEqual([at(4), at(14)])
  expect(await every(5 * MINUTE_MS, { fromMs: MINUTE_MS, toMs: 12 * MINUTE_MS })).toEqual([at(4), at(11)])
  expect(await every(MINUTE_MS, { limit: 2 })).toEqual([at(12), at(14)])
  expect(await every(MINUTE_MS, { fromMs: 15 * MINUTE_MS })).toEqual([])
})
