import { describe, expect, it } from 'vitest'
import { floorOf, START_MS } from './trading-floor.ts'
import { halfTicksOf, MICRO_TICKS, stepMark, wholeTicksOf } from './mark.ts'

describe('the mark', () => {
  it('begins at the first mid', () => {
    expect(stepMark(0, 20_001)).toBe(10_000.5 * MICRO_TICKS)
    expect([wholeTicksOf(10_000.5 * MICRO_TICKS), halfTicksOf(10_000.5 * MICRO_TICKS)]).toEqual([10_001, 20_001])
  })

  it('goes 63.2 % of the way to a new mid in 5 s', () => {
    let mark = 10_000 * MICRO_TICKS
    for (let quantum = 0; quantum < 100; quantum++) mark = stepMark(mark, 2 * 10_100)
    expect((mark / MICRO_TICKS - 10_000) / 100).toBeCloseTo(1 - Math.exp(-1), 4)
    expect(Number.isSafeInteger(mark)).toBe(true)
  })

  it('stands still while a side is empty', () => {
    const engine = floorOf(`
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
