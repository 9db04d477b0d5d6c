import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { divideHalfUp } from '../../../shared/units/decimal.ts'
import { costTaken } from './position-cost.ts'

describe('the cost that a sale takes', () => {
  it('is its share, half up', () => {
    expect([costTaken(5, 1, 2), costTaken(4, 1, 3), costTaken(10, 1, 4), costTaken(7, 3, 3)]).toEqual([3, 1, 3, 7])
  })

  it('is exact, however large', () => {
    const cost = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    const lots = fc.integer({ min: 1, max: 2 ** 40 })
    fc.assert(
      fc.property(cost, lots, lots, (cost, a, b) => {
        const [closed, held] = [Math.min(a, b), Math.max(a, b)]
        expect(costTaken(cost, closed, held)).toBe(Number(divideHalfUp(BigInt(cost) * BigInt(closed), BigInt(held))))
      }),
    )
    fc.assert(
      fc.property(fc.nat(2 ** 28), fc.integer({ min: 1, max: 2 ** 20 }), fc.nat(2 ** 20), (cost, closed, more) => {
        const held = closed + more
        expect(costTaken(cost, closed, held)).toBe(Number(divideHalfUp(BigInt(cost) * BigInt(closed), BigInt(held))))
      }),
    )
  })
})
