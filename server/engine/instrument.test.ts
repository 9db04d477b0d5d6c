import { describe, expect, it } from 'vitest'
import { checkInstrument } from './instrument.ts'
import { SHARE } from './engine.fixture.ts'

describe('an instrument', () => {
  it('as shipped is sound', () => {
    expect(() => checkInstrument(SHARE)).not.toThrow()
  })

  it.each([
    { maxTicks: 0 },
    { maxTicks: 2 ** 23 },
    { centsPerTickLot: 0.5 },
    { minLots: 0 },
    { minLots: 10, maxLots: 9 },
    { makerBps: 6 },
    { makerBps: -1 },
    { priceBandBps: 10_001 },
    { symbol: 'USD' },
    { maxTicks: 2 ** 22, maxLots: 2 ** 31 - 1 },
  ])('with %o breaks what the arithmetic rests on', (change) => {
    expect(() => checkInstrument({ ...SHARE, ...change })).toThrow()
  })
})
