import { describe, expect, test } from 'vitest'
import { Rng } from './rng.ts'

const draws = (rng: Rng, count: number) => Array.from({ length: count }, () => rng.uint32())

describe('a stream of random numbers', () => {
  test('is the same for the same seed and name, and different for any other', () => {
    expect(draws(Rng.of(7, 'flow'), 5)).toEqual(draws(Rng.of(7, 'flow'), 5))
    expect(draws(Rng.of(7, 'flow'), 5)).not.toEqual(draws(Rng.of(8, 'flow'), 5))
    expect(draws(Rng.of(7, 'flow'), 5)).not.toEqual(draws(Rng.of(7, 'value'), 5))
    expect(draws(Rng.of(7 + 2 ** 40, 'flow'), 5)).not.toEqual(draws(Rng.of(7, 'flow'), 5))
  })

  test('continues from a saved state', () => {
    const rng = Rng.of(1, 'flow')
    draws(rng, 100)
    const copy = Rng.restore(rng.save())
    expect(draws(copy, 50)).toEqual(draws(rng, 50))
  })

  test.each([
    ['uniform', (rng: Rng) => rng.uniform(), 0.5, 1 / 12],
    ['exponential', (rng: Rng) => rng.exponential(), 1, 1],
    ['normal', (rng: Rng) => rng.normal(), 0, 1],
    ['poisson of 3', (rng: Rng) => rng.poisson(3), 3, 3],
    ['poisson of 60', (rng: Rng) => rng.poisson(60), 60, 60],
  ])('%s has its mean and variance', (_name, draw, mean, variance) => {
    const rng = Rng.of(3, 'moments')
    const values = Array.from({ length: 100_000 }, () => draw(rng))
    const average = values.reduce((sum, value) => sum + value, 0) / values.length
    const spread = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(variance / values.length))
    expect(spread / variance).toBeGreaterThan(0.96)
    expect(spread / variance).toBeLessThan(1.04)
  })
})
