import { describe, expect, test } from 'vitest'
import type { Level } from '@valiant/shared/protocol/market-data'
import { bidPercent, rowsOf, sharedDigits, sweepTo } from './levels.ts'

const asks: Level[] = [
  [101, 40],
  [102, 10],
  [105, 20],
  [111, 5],
]
const all = { grouping: 1, count: 10, ownTicks: [] }

describe('levels of a book', () => {
  test('totals run from the best price outward', () => {
    expect(rowsOf(asks, { side: 'ask', ...all }).map((row) => row.totalLots)).toEqual([40, 50, 70, 75])
  })

  test('a group is listed at its worst price: asks rounded up, bids down', () => {
    const grouped = rowsOf(asks, { side: 'ask', ...all, grouping: 5 })
    expect(grouped.map(({ ticks, lots }) => [ticks, lots])).toEqual([
      [105, 70],
      [115, 5],
    ])
    const bids = rowsOf(
      [
        [104, 3],
        [101, 2],
        [99, 1],
      ],
      { side: 'bid', ...all, grouping: 5 },
    )
    expect(bids.map(({ ticks, lots }) => [ticks, lots])).toEqual([
      [100, 5],
      [95, 1],
    ])
  })

  test('the last group shown is whole', () => {
    const grouped = rowsOf(asks, { side: 'ask', ...all, grouping: 5, count: 1 })
    expect(grouped).toEqual([{ ticks: 105, lots: 70, totalLots: 70, own: false }])
  })

  test('a group that may continue beyond the known levels is left out', () => {
    const deep = Array.from({ length: 25 }, (_, index): Level => [101 + index, 1_000])
    const rowsIn = (grouping: number, levelsMax: number, levels = deep) =>
      rowsOf(levels, { side: 'ask', ...all, grouping, levelsMax }).map(({ ticks, lots }) => [ticks, lots])
    expect(rowsIn(10, 25)).toEqual([
      [110, 10_000],
      [120, 10_000],
    ])
    expect(rowsIn(100, 25)).toEqual([])
    // The last level ends its group.
    expect(rowsIn(5, 25).at(-1)).toEqual([125, 5_000])
    expect(rowsIn(1, 25)).toHaveLength(10)
    // A side with fewer levels is complete.
    expect(rowsIn(10, 100).at(-1)).toEqual([130, 5_000])
  })

  test('own orders mark their group', () => {
    const grouped = rowsOf(asks, { side: 'ask', grouping: 10, count: 5, ownTicks: [103] })
    expect(grouped.map((row) => row.own)).toEqual([true, false])
  })

  test('the share of bids in both sides', () => {
    const row = (totalLots: number) => [{ ticks: 1, lots: totalLots, totalLots, own: false }]
    expect(bidPercent(row(58), row(42))).toBe(58)
    expect(bidPercent([], row(42))).toBe(0)
    expect(bidPercent([], [])).toBeUndefined()
  })

  test('leading digits that all prices share', () => {
    expect(sharedDigits(['184.30', '184.20', '183.60'])).toBe(2)
    expect(sharedDigits(['184.30', '184.28'])).toBe(4)
    expect(sharedDigits([])).toBe(0)
  })

  test('a sweep sums lots and value down to a row', () => {
    const rows = rowsOf(asks, { side: 'ask', ...all })
    expect(sweepTo(rows, 1, (ticks, lots) => BigInt(ticks * lots))).toEqual({
      lots: 50,
      valueCents: 5060n,
      averageTicks: 101,
    })
  })
})
