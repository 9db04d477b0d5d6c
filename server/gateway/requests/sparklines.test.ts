import { expect, test } from 'vitest'
import { keptSparklines } from './sparklines.ts'

test('sparklines are made once a second for each number of points, however many ask', () => {
  let nowMs = 1_000_000
  const made: number[] = []
  const source = {
    sparklines: (points: number) => {
      made.push(points)
      return { NOVA: [`${made.length}.00`] }
    },
  }
  const lines = keptSparklines(source, () => nowMs)
  expect([lines(48), lines(48), lines(48)]).toEqual(Array(3).fill({ NOVA: ['1.00'] }))
  lines(3)
  nowMs += 999
  expect(lines(48)).toEqual({ NOVA: ['1.00'] })
  expect(made).toEqual([48, 3])
  nowMs += 1
  expect(lines(48)).toEqual({ NOVA: ['3.00'] })
  // A clock that is set back does not keep them longer.
  nowMs -= 60_000
  expect(lines(48)).toEqual({ NOVA: ['4.00'] })
  expect(made).toEqual([48, 3, 48, 48])
})
