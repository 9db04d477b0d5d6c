import { expect, test } from 'vitest'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { openDatabase } from '../database/database.ts'
import { Bars, type BarColumns } from './bars.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 10, 24, 23)

function columnsOf(symbol: string, startsMs: readonly number[], ticks = 100): BarColumns {
  const all = (value: number) => startsMs.map(() => value)
  return {
    symbol: startsMs.map(() => symbol),
    startAtMs: startsMs,
    openTicks: all(ticks),
    highTicks: all(ticks + 2),
    lowTicks: all(ticks - 2),
    closeTicks: all(ticks + 1),
    volumeLots: all(7),
    trades: all(3),
    turnover: all(7 * ticks),
  }
}

test('bars are read as they were written, across hours and months', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const bars = new Bars(database.queries)
  const starts = Array.from({ length: 30 * 24 + 1 }, (_, i) => START + i * HOUR)
  await bars.writeBars('1s', columnsOf('VLNT', starts.slice(0, 5)))
  await bars.writeBars('1m', columnsOf('VLNT', starts))
  expect(await bars.bars('1s', 'VLNT', { fromMs: START + HOUR, toMs: START + 3 * HOUR })).toEqual(
    [START + HOUR, START + 2 * HOUR].map((startAtMs) => ({
      startAtMs,
      openTicks: 100,
      highTicks: 102,
      lowTicks: 98,
      closeTicks: 101,
      volumeLots: 7,
      trades: 3,
      turnover: 700,
    })),
  )
  expect(await bars.bars('1m', 'VLNT', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })).toHaveLength(721)
  expect(await bars.bars('1m', 'OTHER', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })).toEqual([])

  // Writing a bar again replaces it.
  await bars.writeBars('1s', columnsOf('VLNT', [START], 500))
  expect((await bars.barBefore('1s', 'VLNT', START + 1))?.openTicks).toBe(500)
  expect(await bars.barBefore('1s', 'VLNT', START)).toBeUndefined()
  expect(await bars.barEnds('1s')).toEqual([{ symbol: 'VLNT', firstMs: START, lastMs: START + 4 * HOUR }])

  // Whole hours are dropped; younger bars stay.
  await bars.dropSeconds(START + 2 * HOUR + 1)
  expect((await bars.barEnds('1s'))[0]?.firstMs).toBe(START + 2 * HOUR)
})

test('two servers can create the same partitions at the same time', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const writing = ['A', 'B', 'C'].map((symbol) =>
    new Bars(database.queries).writeBars('1m', columnsOf(symbol, [START, START + 40 * 24 * HOUR])),
  )
  await Promise.all(writing)
  expect(await new Bars(database.queries).barEnds('1m')).toHaveLength(3)
})

test('an interrupted first history can be written again', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const bars = new Bars(database.queries)
  const starts = Array.from({ length: 12_000 }, (_, i) => START + i * 60_000)
  await bars.writeBars('1m', columnsOf('VLNT', starts.slice(0, 11_000)))
  await bars.writeBars('1m', columnsOf('VLNT', starts, 300))
  const kept = await bars.bars('1m', 'VLNT', { fromMs: START, toMs: START + 12_000 * 60_000 })
  expect(kept.map((bar) => bar.openTicks)).toEqual(starts.map(() => 300))
})
