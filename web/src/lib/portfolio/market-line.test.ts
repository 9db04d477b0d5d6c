import type { Candle } from '@valiant/shared/protocol/market-data'
import { expect, test } from 'vitest'
import { alongside, marketInterval, marketLineOf, marketPercent } from './market-line.ts'

const candle = (time: number, open: string, close: string): Candle => [time, open, open, close, close, '1', 1]

test('every instrument has the same weight, whatever its price', () => {
  const line = marketLineOf(
    [
      ['NOVA', [candle(0, '100.00', '110.00'), candle(60, '110.00', '120.00')]],
      ['VCN', [candle(0, '50000.00', '50000.00'), candle(60, '50000.00', '45000.00')]],
      ['NEW', []],
    ],
    60,
  )
  expect(line?.points.map(({ timeMs, percent }) => [timeMs, percent.toFixed(2)])).toEqual([
    [0, '0.00'],
    [60, '5.00'],
    [120, '5.00'],
  ])
  expect(line && marketPercent(line, (symbol) => ({ NOVA: 100, VCN: 55_000 })[symbol])?.toFixed(2)).toBe('5.00')
})

test('without bars there is no line', () => {
  expect(marketLineOf([], 60)).toBeUndefined()
})

test('bars are as fine as their maximum number allows', () => {
  expect(marketInterval(30 * 60_000)).toBe('1m')
  expect(marketInterval(30 * 86_400_000)).toBe('1d')
  expect(marketInterval(Infinity)).toBe('1d')
})

test('the line is drawn at the times of the curve', () => {
  const points = [
    { timeMs: 0, percent: 0 },
    { timeMs: 100, percent: 2 },
  ]
  expect(alongside(points, [-5, 0, 50, 100, 130], 3).map(({ percent }) => percent)).toEqual([0, 0, 1, 2, 3])
})
