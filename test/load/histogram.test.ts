import { expect, test } from 'vitest'
import { Histogram } from './histogram.ts'

test('quantiles cover all values, including those added from another histogram', () => {
  const one = new Histogram()
  for (let ms = 1; ms <= 98; ms++) one.add(ms)
  const other = new Histogram()
  other.add(1_000, 2)
  one.addAll(other.counts)
  expect(one.quantile(0.5)).toBe(50)
  expect(one.quantile(0.98)).toBe(98)
  expect(one.quantile(0.99)).toBe(1_000)
  expect(one.quantile(1)).toBe(1_000)
})

test('the quantile of an empty histogram is NaN', () => {
  expect(new Histogram().quantile(0.5)).toBeNaN()
})
