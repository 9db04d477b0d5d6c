import { expect, test } from 'vitest'
import { RelativeStrength } from './rsi.ts'

const rsiOf = (closes: readonly number[], length: number) => {
  const strength = new RelativeStrength(length)
  return closes.map((close) => strength.next(close, false))
}

test('computed by hand: means of the first changes, then each new one has a weight of 1 / length', () => {
  // Gains 2 0 3 0 and losses 0 1 0 2. Means over two: 1 and 0.5; then 2 and 0.25; then 1 and 1.125.
  const [first, second, ...known] = rsiOf([10, 12, 11, 14, 12], 2)
  expect([first, second]).toEqual([undefined, undefined])
  expect(known).toEqual([100 / 1.5, 200 / 2.25, 100 / 2.125])
})

test('a published series: QQQQ from 14 December 2009, StockCharts ChartSchool, "Relative Strength Index"', () => {
  const closes = [
    ...[44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931],
    ...[46.0328, 45.614, 46.282, 46.282, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521],
    ...[45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314],
  ]
  const published = [
    ...[70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46],
    ...[41.87, 45.46, 37.3, 33.08, 37.77],
  ]
  const rsi = rsiOf(closes, 14)
  expect(rsi.slice(0, 14)).toEqual(Array.from({ length: 14 }, () => undefined))
  expect(rsi.slice(14).map((value) => Math.round((value ?? 0) * 100) / 100)).toEqual(published)
})

test('only gains are 100, only losses 0, and no change at all is 50', () => {
  expect(rsiOf([1, 2, 3, 4], 3).at(-1)).toBe(100)
  expect(rsiOf([4, 3, 2, 1], 3).at(-1)).toBe(0)
  expect(rsiOf([5, 5, 5, 5], 3).at(-1)).toBe(50)
})

test('the forming bar may change without being counted twice', () => {
  const strength = new RelativeStrength(2)
  for (const close of [10, 12, 11]) strength.next(close, false)
  strength.next(99, false)
  expect(strength.next(14, true)).toBe(200 / 2.25)
  expect(strength.next(12, false)).toBe(100 / 2.125)
})
