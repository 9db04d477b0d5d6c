import { expect, test } from 'vitest'
import { barMarks } from './fill-marks.ts'

test('fills within a bar make one mark per side, oldest bar first', () => {
  const marks = barMarks(
    [
      { timeMs: 125_000, side: 'buy', lots: 5 },
      { timeMs: 61_000, side: 'buy', lots: 2 },
      { timeMs: 119_999, side: 'buy', lots: 3 },
      { timeMs: 119_999, side: 'sell', lots: 4 },
    ],
    60_000,
  )
  expect(marks).toEqual([
    { startMs: 60_000, side: 'buy', lots: 5 },
    { startMs: 60_000, side: 'sell', lots: 4 },
    { startMs: 120_000, side: 'buy', lots: 5 },
  ])
})
