import { describe, expect, test } from 'vitest'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { openDatabase } from '../database/database.ts'
import { accountOf, batchOf, positionOf } from './batch.fixture.ts'
import { EquityCurves } from './equity.ts'
import { History } from './history.ts'
import { ALICE, BOB, journalForEach } from './journal.fixture.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

test('equity is the last sample of each interval, oldest first; intervals without samples are absent', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const history = new History(database.queries)
  const curves = new EquityCurves(database.queries)
  const at = (minute: number, account = 100) => ({
    ...{ account, atMs: minute * MINUTE_MS, equityCents: 5 - minute, cashCents: 10 * minute },
  })
  await curves.write([])
  await curves.write([at(0), at(3), at(4), at(11), at(12), at(5, 200)])
  await curves.write([at(14), { ...at(12), equityCents: 99 }]) // an existing sample is kept
  const every = (intervalMs: number, stretch = {}) => history.equity(100, { intervalMs, limit: 99, ...stretch })
  expect(await every(MINUTE_MS)).toEqual([at(0), at(3), at(4), at(11), at(12), at(14)])
  expect(await every(5 * MINUTE_MS)).toEqual([at(4), at(14)])
  expect(await every(5 * MINUTE_MS, { fromMs: MINUTE_MS, toMs: 12 * MINUTE_MS })).toEqual([at(4), at(11)])
  expect(await every(MINUTE_MS, { limit: 2 })).toEqual([at(12), at(14)])
  expect(await every(MINUTE_MS, { fromMs: 15 * MINUTE_MS })).toEqual([])
})

describe('old samples', () => {
  const at = journalForEach()
  const TODAY = 20_400
  const NOW_MS = TODAY * DAY_MS + 5 * HOUR_MS
  const sampleAt = (atMs: number, account = ALICE) => ({ account, atMs, equityCents: 1, cashCents: 1 })
  const timesOf = async (account = ALICE) =>
    (await new History(at.database.queries).equity(account, { intervalMs: MINUTE_MS, limit: 99 })).map(
      ({ atMs }) => atMs,
    )
  const thinnedBefore = (day: number) =>
    at.database.queries.none('UPDATE equity_thinned SET before_day = ${day}', { day })
  const hold = (batch: number, account: number, ageDays: number, parts = { lots: 10 }) =>
    at.journal.commit(
      batchOf({
        ...{ batch, timeMs: NOW_MS - ageDays * DAY_MS, accounts: [accountOf(account, { seq: batch })] },
        positions: [positionOf(account, parts)],
      }),
    )

  test('are thinned out to the last of each hour after a week, of each day after 90 days', async () => {
    await hold(1, ALICE, 200)
    await hold(2, BOB, 200)
    const curves = new EquityCurves(at.database.queries)
    await thinnedBefore(TODAY - 91)
    const young = (TODAY - 7) * DAY_MS
    const old = (TODAY - 8) * DAY_MS
    const oldest = (TODAY - 91) * DAY_MS
    const before = oldest - MINUTE_MS // on a day that was already thinned out
    const kept = [
      before - MINUTE_MS,
      before,
      oldest + 30 * MINUTE_MS,
      old + 59 * MINUTE_MS,
      old + HOUR_MS,
      young,
      young + MINUTE_MS,
    ]
    const dropped = [oldest + MINUTE_MS, oldest, old, old + 58 * MINUTE_MS]
    await curves.write([...kept, ...dropped].map((ms) => sampleAt(ms)))
    await curves.write([sampleAt(old, BOB), sampleAt(old + MINUTE_MS, BOB)])
    await curves.thin(NOW_MS)
    expect(await timesOf()).toEqual(kept)
    expect(await timesOf(BOB)).toEqual([old + MINUTE_MS])
    // Each day is thinned out once: samples added later stay. The next day is done when it is old enough.
    await curves.write([sampleAt(old + MINUTE_MS)])
    await curves.thin(NOW_MS)
    expect(await timesOf()).toContain(old + MINUTE_MS)
    await curves.thin(NOW_MS + DAY_MS)
    expect(await timesOf()).not.toContain(young)
  })

  test('are thinned out for all accounts, also for more than one statement handles', async () => {
    const accounts = Array.from({ length: 120 }, (_, i) => ALICE + i)
    await at.journal.commit(batchOf({ batch: 1, accounts: accounts.map((account) => accountOf(account)) }))
    const curves = new EquityCurves(at.database.queries)
    const day = (TODAY - 8) * DAY_MS
    await thinnedBefore(TODAY - 8)
    await curves.write(accounts.flatMap((account) => [sampleAt(day, account), sampleAt(day + 1, account)]))
    await curves.thin(NOW_MS)
    expect(await at.database.queries.any('SELECT DISTINCT at_ms::int8 AS ms FROM equity_sample')).toEqual([
      { ms: BigInt(day + 1) },
    ])
  })

  test('do not exist in a new database', async () => {
    const curves = new EquityCurves(at.database.queries)
    await hold(1, ALICE, 0)
    await curves.write([sampleAt(DAY_MS), sampleAt(DAY_MS + MINUTE_MS)])
    await curves.thin(Date.now())
    expect(await timesOf()).toEqual([DAY_MS, DAY_MS + MINUTE_MS])
  })

  test('an account is idle when it has a position and has not traded for a week', async () => {
    const curves = new EquityCurves(at.database.queries)
    const CAROL = 300
    const DAN = 400
    await hold(1, ALICE, 91)
    await hold(2, CAROL, 30, { lots: 0 })
    await hold(3, BOB, 8)
    await hold(4, DAN, 6)
    expect(await curves.idleHolders(NOW_MS)).toEqual(
      new Map([
        [ALICE, DAY_MS],
        [BOB, HOUR_MS],
      ]),
    )
    await hold(5, ALICE, 0)
    expect(await curves.idleHolders(NOW_MS)).toEqual(new Map([[BOB, HOUR_MS]]))
  })
})
