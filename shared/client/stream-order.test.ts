import { expect, test } from 'vitest'
import { BEGINNING, isBefore, type Moment, momentOf } from './stream-order.ts'

test('a moment is earlier by its epoch, then by its time, then by its count', () => {
  const moments: Moment[] = [BEGINNING, [1, 0, 9], [1, 5, 1], [1, 5, 2], [2, 4, 0]]
  for (const [at, moment] of moments.entries()) {
    for (const [other, later] of moments.entries()) expect(isBefore(moment, later)).toBe(at < other)
  }
})

test('candles are ordered by start and trades, the rest by time, and trades by id across epochs', () => {
  const candle = { epoch: 3, candle: [60_000, '1', '1', '1', '1', '1', 7] }
  expect(momentOf('candles', candle as Parameters<typeof momentOf>[1])).toEqual([3, 60_000, 7])
  expect(momentOf('ticker', { epoch: 3, time: 5 })).toEqual([3, 5, 0])
  const trades = { epoch: 3, t: [['1000000001'], ['1000000002']] }
  expect(momentOf('trades', trades as Parameters<typeof momentOf>[1])).toEqual([0, 1_000_000_002, 0])
})
