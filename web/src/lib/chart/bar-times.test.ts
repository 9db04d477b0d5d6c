import { expect, test } from 'vitest'
import { logicalOf, timeAt } from './bar-times.ts'

// Minute bars; two are missing.
const times = [60_000, 120_000, 300_000, 360_000]
const place = (timeMs: number) => logicalOf(times, timeMs, 60_000)
const time = (logical: number) => timeAt(times, logical, 60_000)

test('a bar is at its own index, and a time between two bars is between their indices', () => {
  expect(times.map(place)).toEqual([0, 1, 2, 3])
  expect([90_000, 210_000].map(place)).toEqual([0.5, 1.5])
})

test('the scale extends beyond the bars at both ends', () => {
  expect([0, 480_000].map(place)).toEqual([-1, 5])
  expect([-1, 5].map(time)).toEqual([0, 480_000])
})

test('every integer index converts to a time and back', () => {
  for (const logical of [-3, 0, 1, 2, 3, 7]) expect(place(time(logical))).toBe(logical)
})
