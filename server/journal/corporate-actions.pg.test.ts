import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { Bars } from './bars.ts'
import { batchOf } from './batch.fixture.ts'
import { CorporateActions } from './corporate-actions.ts'
import { Journal } from './journal.ts'
import { readState } from './recovery.ts'

const MINUTE_MS = 60_000
const SPLIT_MS = 100 * MINUTE_MS

let fresh: FreshDatabase
let database: Database
let actions: CorporateActions
beforeAll(async () => {
  fresh = await freshDatabase()
  database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  actions = new CorporateActions(database.queries)
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})

test('a scheduled action is pending, earliest first, until it is applied or canceled', async () => {
  const split = { symbol: 'VLNT', atMs: SPLIT_MS, kind: 'split', numerator: 3, denominator: 2 } as const
  const dividend = { symbol: 'NOVA', atMs: 5, kind: 'dividend', centsPerLot: 7 } as const
  const [splitId, dividendId] = [await actions.schedule(split), await actions.schedule(dividend)]
  const mistaken = await actions.schedule({ ...dividend, atMs: 9 })
  expect(await actions.cancel(mistaken)).toBe(true)
  expect(await actions.cancel(mistaken)).toBe(false)
  expect(await actions.pending()).toMatchObject([
    { ...dividend, id: dividendId, appliedBatch: undefined },
    { ...split, id: splitId, appliedBatch: undefined },
  ])
  expect(await actions.splits()).toEqual([])

  const applied = batchOf({ batch: 1, timeMs: SPLIT_MS, corporateActions: [splitId, dividendId] })
  await new Journal(database.commits).commit(applied)
  expect(await actions.pending()).toEqual([])
  expect(await actions.cancel(splitId)).toBe(false)
  const done = [{ ...split, id: splitId, appliedBatch: 1 }]
  expect(await actions.splits()).toMatchObject(done)
  expect((await readState(database.queries)).splits).toMatchObject(done)
})

test('the bars before a split are adjusted once, however often that is requested', async () => {
  const bars = new Bars(database.queries)
  const starts = [SPLIT_MS - MINUTE_MS, SPLIT_MS]
  const all = (...values: number[]) => [...values, ...values]
  await bars.writeBars('1m', {
    symbol: ['VLNT', 'VLNT', 'NOVA', 'NOVA'],
    startAtMs: [...starts, ...starts],
    openTicks: all(100, 100),
    highTicks: all(101, 101),
    lowTicks: all(1, 1),
    closeTicks: all(98, 98),
    volumeLots: all(7, 7),
    trades: all(3, 3),
    turnover: all(700, 700),
  })
  const [split] = await actions.unrestated()
  await actions.restate(split?.id ?? 0)
  await actions.restate(split?.id ?? 0)
  expect(await actions.unrestated()).toEqual([])
  const whole = { fromMs: 0, toMs: 2 * SPLIT_MS }
  const [before, after] = await bars.bars('1m', 'VLNT', whole)
  // Three for two: two thirds of 100, 101, 1 and 98, half up, and 10.5 lots.
  expect(before).toMatchObject({
    openTicks: 67,
    highTicks: 67,
    lowTicks: 1,
    closeTicks: 65,
    volumeLots: 11,
    turnover: 700,
  })
  expect(after).toMatchObject({ openTicks: 100, volumeLots: 7 })
  expect((await bars.bars('1m', 'NOVA', whole)).map(({ openTicks }) => openTicks)).toEqual([100, 100])
})

test('the highest possible prices can be adjusted by splits with the largest terms', async () => {
  const split = { symbol: 'HIGH', atMs: SPLIT_MS, kind: 'split', numerator: 999, denominator: 1_000 } as const
  const id = await actions.schedule(split)
  await new Journal(database.commits).commit(batchOf({ batch: 2, timeMs: SPLIT_MS, corporateActions: [id] }))
  const bars = new Bars(database.queries)
  const [ticks, lots] = [[2 ** 22], [1_000]]
  const prices = { openTicks: ticks, highTicks: ticks, lowTicks: ticks, closeTicks: ticks }
  await bars.writeBars('1m', {
    symbol: ['HIGH'],
    startAtMs: [0],
    ...prices,
    volumeLots: lots,
    trades: [1],
    turnover: [1],
  })
  await actions.restate(id)
  expect(await bars.bars('1m', 'HIGH', { fromMs: 0, toMs: 1 })).toMatchObject([
    { openTicks: 4_198_503, volumeLots: 999 },
  ])
})

test('the database refuses anything but dividends and splits', async () => {
  const split = { symbol: 'VLNT', atMs: 1, kind: 'split' } as const
  for (const wrong of [
    { ...split, numerator: 2, denominator: 2 },
    { ...split, numerator: 0, denominator: 2 },
    { symbol: 'VLNT', atMs: 1, kind: 'dividend', centsPerLot: 0 } as const,
  ]) {
    await expect(actions.schedule(wrong)).rejects.toMatchObject({ constraint: 'corporate_action_whole' })
  }
})

test('years of bars are adjusted without the connection ever being silent for long', async () => {
  const minutes = 700_000
  const [endMs, silenceMs] = [(minutes + 1) * MINUTE_MS, 1_500]
  const id = await actions.schedule({ symbol: 'LONG', atMs: endMs, kind: 'split', numerator: 2, denominator: 1 })
  await new Journal(database.commits).commit(batchOf({ batch: 3, timeMs: endMs, corporateActions: [id] }))
  await database.queries.tx(async (t) => {
    await t.none('SET LOCAL transaction_timeout = 0')
    await t.any("SELECT candle_partitions('candle_1m', 0, $1)", [endMs])
    await t.none(
      "INSERT INTO candle_1m SELECT 'LONG', minute::bigint * $1, 10, 10, 10, 10, 1, 1, 1 FROM generate_series(1, $2) AS minute",
      [MINUTE_MS, minutes],
    )
  })
  await using hasty = await openDatabase({ url: fresh.url, logger: { warn: () => undefined }, silenceMs })
  await new CorporateActions(hasty.queries).restate(id)
  const { count } = await database.queries.one<{ count: number }>(
    "SELECT count(*)::int AS count FROM candle_1m WHERE symbol = 'LONG' AND open_ticks = 5 AND volume_lots = 2",
  )
  expect(count).toBe(minutes)
})
