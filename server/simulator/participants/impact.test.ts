import { describe, expect, test } from 'vitest'
import { Impact } from './impact.ts'

const DAY_LOTS = 1_000_000
const impact = () => new Impact(DAY_LOTS, 0.02)

describe('the impact of order flow', () => {
  test('is odd, concave, and about a tenth of σ_D for a hundredth of the daily volume', () => {
    const [bought, sold, four] = [impact(), impact(), impact()]
    bought.add(10_000)
    sold.add(-10_000)
    four.add(40_000)
    expect(sold.value).toBeCloseTo(-bought.value, 15)
    expect(four.value / bought.value).toBeGreaterThan(1.9)
    expect(four.value / bought.value).toBeLessThan(2.1)
    expect(bought.value).toBeGreaterThan(0.05 * 0.02)
    expect(bought.value).toBeLessThan(0.3 * 0.02)
  })

  test('does not depend on how an order is sliced', () => {
    const [whole, sliced] = [impact(), impact()]
    whole.add(10_000)
    for (let slice = 0; slice < 1_000; slice++) sliced.add(10)
    expect(sliced.value).toBeCloseTo(whole.value, 12)
  })

  test('decays, most of it within two hours', () => {
    const pushed = impact()
    pushed.add(10_000)
    const first = pushed.value
    pushed.decay(600)
    const later = pushed.value
    pushed.decay(7_200)
    expect(later).toBeLessThan(0.9 * first)
    expect(pushed.value).toBeLessThan(0.35 * first)
  })

  test.each([
    [
      'at once',
      [
        [1, 1],
        [0, -1],
      ],
    ],
    [
      'after a pause',
      [
        [1, 1],
        [60, -1],
      ],
    ],
    ['slowly in, at once out', [...slices(100, 6, 0.01), [1, -1]]],
    ['at once in, slowly out', [[1, 1], ...slices(100, 6, -0.01)]],
    ['pumped by accelerating pieces', [...slices(50, 6, 0.012), ...slices(40, 1, 0.01), [1, -1]]],
  ])('never pays for a round trip %s', (_name, schedule) => {
    const pushed = impact()
    let cost = 0
    for (const [waitSeconds = 0, part = 0] of schedule) {
      pushed.decay(waitSeconds)
      const before = pushed.value
      pushed.add(part * 10_000)
      // Filled along the curve: the mean of both ends is above its integral for no piece that costs less than it pays.
      cost += part * 0.5 * (before + pushed.value)
    }
    expect(cost).toBeGreaterThanOrEqual(-1e-12)
  })
})

function slices(count: number, waitSeconds: number, part: number): number[][] {
  return Array.from({ length: count }, () => [waitSeconds, part])
}
