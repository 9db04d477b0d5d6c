import { describe, expect, it } from 'vitest'
import { AssertionError } from './assert.ts'
import { SHARE } from './engine.fixture.ts'
import { checkInstrument, highestTicks } from './instrument.ts'

describe('an instrument', () => {
  it.each([
    {},
    { maxTicks: 1 },
    { minLots: 9, maxLots: 9 },
    { minNotionalCents: 0 },
    { priceBandBps: 0 },
    { priceBandBps: 10_000 },
    { initialMarginBps: 10_000, maintenanceMarginBps: 10_000 },
    { initialMarginBps: 1, maintenanceMarginBps: 1 },
    { borrowBps: 0 },
    { borrowBps: 10_000 },
    { makerBps: 0, takerBps: 0 },
    { makerBps: 5 },
    { maxTicks: 10, takerBps: 10_000 },
  ])('as shipped is sound, and so with %o', (change) => {
    expect(() => checkInstrument({ ...SHARE, ...change })).not.toThrow()
  })

  it.each([
    [{ symbol: '' }, 'a symbol that is not cash'],
    [{ symbol: 'USD' }, 'a symbol that is not cash'],
    [{ maxTicks: 0 }, 'maxTicks from 1'],
    [{ maxTicks: 2 ** 22 + 1, maxLots: 1 }, 'maxTicks from 1'],
    [{ minLots: 0 }, 'lots from 1'],
    [{ minLots: 10, maxLots: 9 }, 'lots from 1'],
    [{ maxLots: 2 ** 31, maxTicks: 1 }, 'lots from 1'],
    [{ centsPerTickLot: 0.5 }, 'whole cents per tick and lot'],
    [{ centsPerTickLot: 0 }, 'whole cents per tick and lot'],
    [{ minNotionalCents: -1 }, 'a minNotional of 0 cents or more'],
    [{ priceBandBps: 10_001 }, 'a price band'],
    [{ priceBandBps: -1 }, 'a price band'],
    [{ initialMarginBps: 10_001 }, 'margins of'],
    [{ maintenanceMarginBps: 0 }, 'margins of'],
    [{ initialMarginBps: 2_499 }, 'margins of'],
    [{ borrowBps: 10_001 }, 'a borrow fee'],
    [{ borrowBps: -1 }, 'a borrow fee'],
    [{ makerBps: 6 }, 'fees of'],
    [{ makerBps: -1 }, 'fees of'],
    [{ takerBps: 10_001 }, 'fees of'],
    [{ maxTicks: 2 ** 22, maxLots: 2 ** 31 - 1 }, 'the largest order stays exact'],
  ])('with %o breaks what the arithmetic rests on: %s', (change, bound) => {
    const check = () => checkInstrument({ ...SHARE, ...change })
    expect(check).toThrow(AssertionError)
    expect(check).toThrow(bound)
  })
})

describe('the highest price', () => {
  it.each([
    ['of a share', {}],
    ['of large lots', { maxLots: 2 ** 31 - 1 }],
    ['of dear ticks', { centsPerTickLot: 100_000 }],
    ['without fees', { makerBps: 0, takerBps: 0, maxLots: 2 ** 31 - 1 }],
  ])('%s is sound, and the next is not', (_of, change) => {
    const spec = { ...SHARE, ...change }
    const maxTicks = highestTicks(spec)
    expect(() => checkInstrument({ ...spec, maxTicks })).not.toThrow()
    expect(() => checkInstrument({ ...spec, maxTicks: maxTicks + 1 })).toThrow(AssertionError)
  })
})
