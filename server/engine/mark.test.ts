import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { halfTicksOf, markValueCents, MICRO_TICKS, relativeStep, stepMark, wholeTicksOf } from './mark.ts'
import { engineOf, START_MS } from './engine.fixture.ts'

describe('the mark', () => {
  it('starts at the first mid price', () => {
    expect(stepMark(0, 20_001)).toBe(10_000.5 * MICRO_TICKS)
    expect([wholeTicksOf(10_000.5 * MICRO_TICKS), halfTicksOf(10_000.5 * MICRO_TICKS)]).toEqual([10_001, 20_001])
    expect([10_000.25, 10_000.249_999].map((ticks) => halfTicksOf(ticks * MICRO_TICKS))).toEqual([20_001, 20_000])
  })

  it('moves 63.2 % of the way to a new mid price in 5 s', () => {
    let mark = 10_000 * MICRO_TICKS
    for (let quantum = 0; quantum < 100; quantum++) mark = stepMark(mark, 2 * 10_100)
    expect((mark / MICRO_TICKS - 10_000) / 100).toBeCloseTo(1 - Math.exp(-1), 4)
    expect(Number.isSafeInteger(mark)).toBe(true)
  })

  it('does not move while a side is empty', () => {
    const engine = engineOf(`
      bid | price  | ask
          | 100.10 | 5
      10  | 100.00 |   `)
    expect(engine.markTicks('VLNT')).toBe(0)
    engine.quantum(START_MS)
    expect(engine.markMicroTicks('VLNT')).toBe(10_005 * MICRO_TICKS)
    engine.house('VLNT').take('buy', 5, 10_010, START_MS)
    for (let quantum = 0; quantum < 50; quantum++) engine.quantum(START_MS)
    expect(engine.markTicks('VLNT')).toBe(10_005)
    engine.house('VLNT').place('sell', 10_100, 5, 0)
    engine.quantum(START_MS)
    expect(engine.markMicroTicks('VLNT')).toBeGreaterThan(10_005 * MICRO_TICKS)
  })
})

describe('the value of lots at the mark', () => {
  it('is rounded half up by absolute value, and negative for a short', () => {
    expect(markValueCents(3, 100.5 * MICRO_TICKS, 1)).toBe(302)
    expect(markValueCents(-3, 100.5 * MICRO_TICKS, 1)).toBe(-302)
    expect(markValueCents(3, 100.499_999 * MICRO_TICKS, 1)).toBe(301)
    expect(markValueCents(10, 0.05 * MICRO_TICKS, 2)).toBe(1)
    expect([markValueCents(0, MICRO_TICKS, 1), markValueCents(-1, 1, 1), markValueCents(5, 0, 1)]).toEqual([0, 0, 0])
  })

  it('is exact where a double would round a cent up', () => {
    expect(markValueCents(17_179_869_197, 805_467, 1)).toBe(13_837_817_702)
    expect(markValueCents(-22_390_816_589, 967_382, 1)).toBe(-21_660_472_933)
  })

  it('is exact for any size', () => {
    const lots = fc.integer({ min: -(2 ** 36), max: 2 ** 36 })
    const mark = fc.oneof(fc.integer({ min: 0, max: 10_000 * MICRO_TICKS }), fc.nat(3 * MICRO_TICKS))
    fc.assert(
      fc.property(lots, mark, fc.integer({ min: 1, max: 9 }), (lots, mark, cents) => {
        const size = 2n * BigInt(Math.abs(lots)) * BigInt(mark) * BigInt(cents)
        const value = Number((size + BigInt(MICRO_TICKS)) / BigInt(2 * MICRO_TICKS))
        expect(markValueCents(lots, mark, cents)).toBe(lots < 0 ? 0 - value : value)
      }),
    )
  })
})

it('a step of a mark is relative to the smaller of its two values', () => {
  expect([relativeStep(100, 110), relativeStep(110, 100), relativeStep(7, 7), relativeStep(0, 5)]).toEqual([
    0.1, 0.1, 0, 0,
  ])
})
