import { expect, test } from 'vitest'
import type { Candle } from '@valiant/shared/protocol/market-data'
import { hasHole, merged, refreshed, withForming } from './candles.ts'

const bar = (time: number, close = '1.00'): Candle => [time, '1.00', '1.00', '1.00', close, '5', 1]

test('an older page goes in front, and overlapping bars are not duplicated', () => {
  expect(merged([bar(1), bar(2, '9.00')], [bar(2), bar(3)]).map(([time, , , , close]) => [time, close])).toEqual([
    [1, '1.00'],
    [2, '1.00'],
    [3, '1.00'],
  ])
})

test('older pages stay in front of the newest bars only if both share an identical bar', () => {
  const times = (candles: readonly Candle[]) => candles.map(([time]) => time)
  const candles = [bar(1), bar(2), bar(3)]
  expect(times(refreshed(candles, [bar(2), bar(3, '2.00'), bar(4)]))).toEqual([1, 2, 3, 4])
  expect(refreshed(candles, [bar(2), bar(3, '2.00')]).at(-1)?.[4]).toBe('2.00')
  expect(times(refreshed(candles, [bar(2, '0.50'), bar(3, '0.50')]))).toEqual([2, 3])
  expect(times(refreshed(candles, [bar(5), bar(6)]))).toEqual([5, 6])
  expect(refreshed(candles, [])).toEqual([])
})

test('the forming bar replaces its earlier state, a newer one is appended, an older one ignored', () => {
  const candles = [bar(1), bar(2)]
  expect(withForming(candles, bar(2, '2.00')).at(-1)?.[4]).toBe('2.00')
  expect(withForming(candles, bar(3))).toHaveLength(3)
  expect(withForming(candles, bar(1))).toBe(candles)
})

test('a jump of more than one interval is a gap', () => {
  expect(hasHole([bar(60_000)], bar(120_000), 60_000)).toBe(false)
  expect(hasHole([bar(60_000)], bar(180_000), 60_000)).toBe(true)
})
