import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { divideHalfUp } from '../../../shared/units/decimal.ts'
import { changePosition, costTaken } from './position-cost.ts'

describe('the cost taken by a sale', () => {
  it('is its share, rounded half up', () => {
    expect([costTaken(5, 1, 2), costTaken(4, 1, 3), costTaken(10, 1, 4), costTaken(7, 3, 3)]).toEqual([3, 1, 3, 7])
  })

  it('is exact for any size', () => {
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

describe('a fill of a position', () => {
  it.each([
    { lots: 1, costCents: 100, more: -1, realizedCents: 20 },
    { lots: -1, costCents: -100, more: 1, realizedCents: -20 },
  ])('of one lot ($lots) closes it', ({ lots, costCents, more, realizedCents }) => {
    const position = { account: 16, symbol: 'VLNT', lots, costCents, realizedCents: 0, heldLots: 0 }
    expect(changePosition(position, more, 120)).toBe(realizedCents)
    expect(position).toMatchObject({ lots: 0, costCents: 0, realizedCents })
  })

  it('that passes zero closes everything and opens the rest at its own price', () => {
    const position = { account: 16, symbol: 'VLNT', lots: 2, costCents: 201, realizedCents: 0, heldLots: 0 }
    expect(changePosition(position, -5, 600)).toBe(39)
    expect(position).toMatchObject({ lots: -3, costCents: -360, realizedCents: 39 })
  })

  const ANY_PRICE = fc.integer({ min: 1, max: 100_000 })
  const anyFills = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), ANY_PRICE), { maxLength: 40 })

  it('moves its cost so that realized profit equals the cash that moved; an empty position has no cost', () => {
    fc.assert(
      fc.property(anyFills, (fills) => {
        const position = { account: 16, symbol: 'VLNT', lots: 0, costCents: 0, realizedCents: 0, heldLots: 0 }
        let [cash, lots, realized] = [0, 0, 0]
        for (const [more, ticks] of fills) {
          if (more === 0) continue
          realized += changePosition(position, more, Math.abs(more) * ticks)
          cash -= more * ticks
          lots += more
          expect(position).toMatchObject({ lots, realizedCents: realized })
          expect(cash).toBe(realized - position.costCents)
          expect(Math.sign(position.costCents)).toBe(Math.sign(lots))
        }
      }),
    )
  })
})
