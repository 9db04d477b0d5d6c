import { describe, expect, test } from 'vitest'
import { LogVolatility } from './log-volatility.ts'
import { Rng } from './rng.ts'

const MANY = 20_000
const options = { variance: 0.4, leverage: 0 }

/** Values of many independent processes before and after `steps` steps of `seconds`. */
function manyAfter(seconds: number, steps: number): { before: number[]; after: number[] } {
  const before: number[] = []
  const after: number[] = []
  const shocks = Rng.of(1, 'shocks')
  for (let run = 0; run < MANY; run++) {
    const process = LogVolatility.start(options, Rng.of(run, 'volatility'))
    before.push(process.value)
    for (let step = 0; step < steps; step++) process.step(seconds, shocks.normal())
    after.push(process.value)
  }
  return { before, after }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const covariance = (xs: readonly number[], ys: readonly number[]) => {
  const [x, y] = [mean(xs), mean(ys)]
  return mean(xs.map((value, at) => (value - x) * ((ys[at] ?? 0) - y)))
}

describe('the log-volatility', () => {
  test('does not change the mean variance of returns: E e^2ω = 1', () => {
    const { after } = manyAfter(10, 1)
    expect(mean(after.map((value) => Math.exp(2 * value)))).toBeCloseTo(1, 1)
  })

  test('has exact steps: one of an hour and sixty of a minute have the same, theoretical distribution', () => {
    const shares = [0.34, 0.26, 0.2, 0.13, 0.07]
    const constants = [240, 1_800, 14_400, 86_400, 518_400]
    const remembered = constants.reduce((sum, tau, at) => sum + (shares[at] ?? 0) * Math.exp(-3_600 / tau), 0)
    for (const { before, after } of [manyAfter(3_600, 1), manyAfter(60, 60)]) {
      expect(covariance(after, after)).toBeCloseTo(options.variance, 1)
      expect(covariance(before, after) / options.variance).toBeGreaterThan(remembered - 0.03)
      expect(covariance(before, after) / options.variance).toBeLessThan(remembered + 0.03)
    }
  })

  test('rises after a fall when leverage is negative', () => {
    const levered = { variance: 0.4, leverage: -0.5 }
    const calm = LogVolatility.start(levered, Rng.of(1, 'volatility'))
    const fallen = LogVolatility.start(levered, Rng.of(1, 'volatility'))
    calm.step(600, 0)
    fallen.step(600, -3)
    expect(fallen.value).toBeGreaterThan(calm.value)
  })
})
