import { expect, test } from 'vitest'
import { MovingAverage } from './average.ts'

test('a moving average gives the newest bar a weight of 2 / (length + 1)', () => {
  const average = new MovingAverage(3)
  expect([10, 20, 30].map((close) => average.next(close, false))).toEqual([10, 15, 22.5])
})

test('the forming bar may change without being counted twice', () => {
  const average = new MovingAverage(3)
  average.next(10, false)
  average.next(99, false)
  expect(average.next(20, true)).toBe(15)
  expect(average.next(30, false)).toBe(22.5)
})
