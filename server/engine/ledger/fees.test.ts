import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { feesOn } from './fees.ts'

describe('the fees of an order', () => {
  it('are rounded up to the cent', () => {
    expect([feesOn(0), feesOn(1), feesOn(10_000), feesOn(10_001)]).toEqual([0, 1, 1, 2])
  })

  it('are exact up to the limit that instruments are checked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 }), (feeCentBps) => {
        expect(feesOn(feeCentBps)).toBe(Number((BigInt(feeCentBps) + 9_999n) / 10_000n))
      }),
    )
  })
})
