import { expect, test } from 'vitest'
import { changeSince, curveOf, deepestOf, evenly, levelsOf } from './performance.ts'

const deposit = { timeMs: 2_000, cents: 5_000n }

test('a deposit is no profit', () => {
  expect(changeSince([1_000, '100.00', '100.00'], 16_000n, [deposit])).toEqual({
    cents: 1_000n,
    percent: 10,
    fromMs: 1_000,
  })
  expect(changeSince([2_000, '150.00', '150.00'], 16_000n, [deposit])?.cents).toBe(1_000n)
  expect(changeSince(undefined, 16_000n, [])).toBeUndefined()
})

test('a drawdown is the fall from the highest so far, and a withdrawal is no fall', () => {
  const curve = curveOf(
    [
      [1_000, '100.00', '100.00'],
      [2_000, '150.00', '150.00'],
      [3_000, '135.00', '135.00'],
      [9_000, '1.00', '1.00'],
    ],
    { timeMs: 4_000, equityCents: 14_000n },
    [deposit],
  )
  expect(curve.map(({ equity }) => equity)).toEqual([100, 150, 135, 140])
  expect(curve.map(({ drawdownPct }) => drawdownPct.toFixed(2))).toEqual(['0.00', '0.00', '-15.00', '-10.00'])
  expect(deepestOf(curve).toFixed(2)).toBe('-15.00')
})

test('a curve has a point at every step, and stands still where nothing was sampled', () => {
  const at = (timeMs: number, equity: number) => ({ timeMs, equity, drawdownPct: 0 })
  expect(evenly([at(5, 1), at(20, 2), at(47, 3)], 10)).toEqual([
    at(5, 1),
    at(10, 1),
    at(20, 2),
    at(30, 2),
    at(40, 2),
    at(47, 3),
  ])
  expect(evenly([at(5, 1), at(9, 2)], 10)).toEqual([at(5, 1), at(6, 1), at(8, 1), at(9, 2)])
  expect(evenly([at(5, 1)], 10)).toEqual([at(5, 1)])
})

test('a curve is level where it stays on its base, not where it leaves it or only touches it', () => {
  expect(levelsOf([5, 5, 6, 5, 4, 5], 5)).toEqual([true, false, false, false, false, true])
  expect(levelsOf([5, 5], 5)).toEqual([true, true])
  expect(levelsOf([], 5)).toEqual([])
})
