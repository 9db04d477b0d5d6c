import { expect, test } from 'vitest'
import { equityCurve } from './equity-curve.ts'

test('the curve goes from the first sample to now, highest at the top', () => {
  const curve = equityCurve(
    [
      [1_000, '100.00', '100.00'],
      [2_000, '110.00', '50.00'],
    ],
    { timeMs: 3_000, equity: 105 },
  )
  expect(curve?.line).toBe('M0 0.94L0.5 0.06L1 0.5')
  expect(curve).toMatchObject({ lowest: 100, highest: 110, change: 5, fromMs: 1_000, toMs: 3_000 })
  expect(curve?.changePct?.toFixed(2)).toBe('5.00')
})

test('a quiet account is a line in the middle', () => {
  expect(equityCurve([[1_000, '100.00', '100.00']], { timeMs: 2_000, equity: 100 })?.line).toBe('M0 0.5L1 0.5')
})

test('one moment is no curve, and a sample of the future none either', () => {
  expect(equityCurve([], { timeMs: 2_000, equity: 100 })).toBeUndefined()
  expect(equityCurve([[2_000, '1.00', '1.00']], { timeMs: 2_000, equity: 100 })).toBeUndefined()
})
