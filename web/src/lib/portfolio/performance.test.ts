import type { EquityPoint } from '@valiant/shared/protocol/account'
import { expect, test } from 'vitest'
import { changeSince, curveOf, deepestOf, evenly, levelsOf } from './performance.ts'

const deposit = { timeMs: 2_000, cents: 5_000n }
const point = (timeMs: number, equity: string): EquityPoint => [timeMs, equity, equity]
const standing = (timeMs: number, equityCents: bigint) => ({ timeMs, equityCents })

test('a deposit is no profit', () => {
  const now = standing(3_000, 16_500n)
  const change = changeSince([point(1_000, '100.00')], now, [deposit])
  expect(change).toMatchObject({ cents: 1_500n, fromMs: 1_000 })
  expect(change?.percent?.toFixed(2)).toBe('10.00')
  expect(changeSince([point(2_000, '150.00')], now, [deposit])?.cents).toBe(1_500n)
  expect(changeSince([], now, [])).toBeUndefined()
})

test('a loss is a percentage of the money that was there to lose', () => {
  const billion = [{ timeMs: 1_500, cents: 99_999_999_900n }]
  const lost = changeSince([point(1_000, '100000.00')], standing(2_000, 100_009_949_900n), billion)
  expect(lost?.cents).toBe(-50_000n)
  expect(lost?.percent?.toFixed(6)).toBe('-0.000050')
  // It was there before the deposit, and half of it was lost; what came in later does not make that less.
  const half = [point(1_000, '100.00'), point(1_400, '50.00')]
  expect(changeSince(half, standing(2_000, 100_000_004_900n), billion)?.percent?.toFixed(2)).toBe('-50.00')
})

test('a withdrawal makes no loss, and no gain larger', () => {
  const taken = [{ timeMs: 1_500, cents: -9_000n }]
  expect(changeSince([point(1_000, '100.00')], standing(2_000, 1_000n), taken)).toMatchObject({ cents: 0n, percent: 0 })
  expect(changeSince([point(1_000, '100.00')], standing(2_000, 1_100n), taken)?.percent?.toFixed(2)).toBe('1.00')
})

test('without money there is no percentage, and a dollar cannot lose more than all', () => {
  expect(changeSince([point(1_000, '0.00')], standing(2_000, 0n), [])).toMatchObject({ cents: 0n, percent: undefined })
  const onceFunded = changeSince([point(1_000, '0.00')], standing(3_000, 4_000n), [deposit])
  expect(onceFunded).toMatchObject({ cents: -1_000n })
  expect(onceFunded?.percent?.toFixed(2)).toBe('-20.00')
  expect(changeSince([point(1_000, '10.00')], standing(2_000, -500n), [])?.percent).toBe(-100)
})

test('a drawdown is the fall of a dollar from its peak: deposits and withdrawals neither cause nor reduce one', () => {
  const points = [point(1_000, '100.00'), point(2_000, '150.00'), point(3_000, '135.00'), point(9_000, '1.00')]
  const curve = curveOf(points, standing(4_000, 14_000n), [deposit])
  expect(curve.map(({ equity }) => equity)).toEqual([100, 150, 135, 140])
  expect(curve.map(({ drawdownPct }) => drawdownPct.toFixed(2))).toEqual(['0.00', '0.00', '-10.00', '-6.67'])
  expect(curve.map(({ grownPct }) => grownPct.toFixed(2))).toEqual(['0.00', '0.00', '-10.00', '-6.67'])
  expect(deepestOf(curve).toFixed(2)).toBe('-10.00')
  const billion = [{ timeMs: 1_500, cents: 99_999_999_900n }]
  const rich = curveOf([point(1_000, '100000.00')], standing(2_000, 100_009_949_900n), billion)
  expect(deepestOf(rich).toFixed(2)).toBe('-0.00')
})

test('a curve has a point at every step, and stays level without samples', () => {
  const at = (timeMs: number, equity: number) => ({ timeMs, equity, grownPct: 0, drawdownPct: 0 })
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

test('a curve is level while it stays on its base, not where it leaves or only touches it', () => {
  expect(levelsOf([5, 5, 6, 5, 4, 5], 5)).toEqual([true, false, false, false, false, true])
  expect(levelsOf([5, 5], 5)).toEqual([true, true])
  expect(levelsOf([], 5)).toEqual([])
})
