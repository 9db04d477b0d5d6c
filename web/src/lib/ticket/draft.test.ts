import { describe, expect, test } from 'vitest'
import type { Instrument } from '@valiant/shared/protocol/market-data'
import { checked, type Draft } from './draft.ts'
import { scaleOf } from './scale.ts'

const instrument = { symbol: 'NOVA', tickSize: '0.02', lotSize: '1', minQty: '1', maxQty: '100000' } as Instrument
const scale = scaleOf(instrument)
const draft: Draft = {
  side: 'buy',
  type: 'limit',
  priceText: '184.30',
  qtyText: '83',
  unit: 'qty',
  timeInForce: 'gtc',
  postOnly: false,
}
const check = (change: Partial<Draft>) => checked({ ...draft, ...change }, instrument, scale, 9217)

describe('a draft becomes an order', () => {
  test('of exactly what was typed', () => {
    expect(check({})).toEqual({
      ok: true,
      lots: 83,
      limitTicks: 9215,
      content: { symbol: 'NOVA', side: 'buy', type: 'limit', qty: '83', limitPrice: '184.30', timeInForce: 'gtc' },
    })
  })

  test('at the market it has no price, and is ioc', () => {
    expect(check({ type: 'market', priceText: '' })).toMatchObject({
      content: { symbol: 'NOVA', side: 'buy', type: 'market', qty: '83', timeInForce: 'ioc' },
    })
  })

  test('dollars are rounded down to a lot, at the limit or what the market asks', () => {
    expect(check({ unit: 'money', qtyText: '1,000' })).toMatchObject({ lots: 5 })
    expect(check({ unit: 'money', qtyText: '184.30' })).toMatchObject({ lots: 1 })
    expect(check({ unit: 'money', qtyText: '184.30', type: 'market' })).toMatchObject({ ok: false })
  })
})

describe('the button says what is missing', () => {
  test.each([
    [{ priceText: '' }, 'Enter a price'],
    [{ priceText: '184.31' }, 'Price goes in steps of 0.02'],
    [{ qtyText: '' }, 'Enter a quantity'],
    [{ qtyText: '0' }, 'Enter a quantity'],
    [{ qtyText: '1.5' }, 'Quantity goes in steps of 1'],
    [{ qtyText: '1m' }, 'At most 100000'],
    [{ unit: 'money', qtyText: '10' }, 'Too little for one lot'],
  ] as const)('%o: %s', (change, missing) => {
    expect(check(change)).toMatchObject({ ok: false, missing })
  })
})
