import { expect, test } from 'vitest'
import { equityCurve } from './equity-curve.ts'

const now = (timeMs: number, equityCents: bigint) => ({ timeMs, equityCents })

test('the curve goes from the first sample to now, highest at the top', () => {
  const curve = equityCurve(
    [
      [1_000, '100.00', '100.00'],
      [2_000, '110.00', '50.00'],
    ],
    now(3_000, 10_500n),
  )
  expect(curve).toMatchObject({ line: 'M0 0.94L0.5 0.06L1 0.5', lowest: 100, highest: 110 })
})

test('a quiet account is a line in the middle', () => {
  expect(equityCurve([[1_000, '100.00', '100.00']], now(2_000, 10_000n))?.line).toBe('M0 0.5L1 0.5')
})

test('a single point is no curve, nor is a sample in the future', () => {
  expect(equityCurve([], now(2_000, 10_000n))).toBeUndefined()
  expect(equityCurve([[2_000, '1.00', '1.00']], now(2_000, 10_000n))).toBeUndefined()
})
