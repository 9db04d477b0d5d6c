import { expect, test } from 'vitest'
import { moved, type TrendLine } from './drawing.ts'

const trend: TrendLine = {
  kind: 'trend',
  id: 'a',
  from: { timeMs: 60_000, ticks: 100 },
  to: { timeMs: 180_000, ticks: 110 },
}

test('a horizontal line moves only in price, and stays above zero', () => {
  const line = { kind: 'horizontal', id: 'a', ticks: 5 } as const
  expect(moved(line, 'line', { timeMs: 60_000, ticks: 3 })).toEqual({ ...line, ticks: 8 })
  expect(moved(line, 'line', { timeMs: 0, ticks: -10 })).toEqual({ ...line, ticks: 1 })
})

test('an end of a trend line moves alone, the line with both', () => {
  const by = { timeMs: 60_000, ticks: -4 }
  expect(moved(trend, 'to', by)).toEqual({ ...trend, to: { timeMs: 240_000, ticks: 106 } })
  expect(moved(trend, 'line', by)).toEqual({
    ...trend,
    from: { timeMs: 120_000, ticks: 96 },
    to: { timeMs: 240_000, ticks: 106 },
  })
})

test('a trend line that meets the edge keeps its slope', () => {
  expect(moved(trend, 'line', { timeMs: -90_000, ticks: -500 })).toEqual({
    ...trend,
    from: { timeMs: 0, ticks: 1 },
    to: { timeMs: 120_000, ticks: 11 },
  })
})
