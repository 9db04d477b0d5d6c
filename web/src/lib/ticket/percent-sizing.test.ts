import { expect, test } from 'vitest'
import { nextPercent, percentOf } from './percent-sizing.ts'

test('a percentage of lots is rounded down', () => {
  expect(percentOf(319n, 25)).toBe(79n)
})

test('the keys move along the row and stop at its ends', () => {
  expect(nextPercent(undefined, 1)).toBe(10)
  expect(nextPercent(25, 1)).toBe(50)
  expect(nextPercent(100, 1)).toBe(100)
  expect(nextPercent(10, -1)).toBe(10)
  expect(nextPercent(undefined, -1)).toBe(100)
})
