import { describe, expect, test } from 'vitest'
import type { Instrument } from '@valiant/shared/protocol/market-data'
import { checked, type CheckAgainst } from './check.ts'
import { type Draft, EMPTY_DRAFT } from './draft.ts'
import { scaleOf } from './scale.ts'

const instrument = { symbol: 'NOVA', tickSize: '0.02', lotSize: '1', minQty: '1', maxQty: '100000' } as Instrument
const scale = scaleOf(instrument)
const NOW = Date.UTC(2026, 10, 26, 12)
const against: CheckAgainst = { instrument, scale, touchTicks: 9217, nowMs: NOW, mayHaveExits: true }
const draft: Draft = { ...EMPTY_DRAFT, priceText: '184.30', qtyText: '83' }
const check = (change: Partial<Draft>, more: Partial<CheckAgainst> = {}) =>
  checked({ ...draft, ...change }, { ...against, ...more })
const contentOf = (change: Partial<Draft>, more: Partial<CheckAgainst> = {}) => {
  const result = check(change, more)
  return result.ok ? result.content : result.missing
}
const nova = { symbol: 'NOVA', side: 'buy', qty: '83' }

describe('a draft becomes an order', () => {
  test('of exactly what was typed', () => {
    expect(check({})).toEqual({
      ok: true,
      lots: 83,
      limitTicks: 9215,
      pricingTicks: 9215,
      content: { ...nova, type: 'limit', limitPrice: '184.30', timeInForce: 'gtc' },
    })
  })

  test('a market order has no price, and is ioc unless fok is chosen', () => {
    expect(contentOf({ type: 'market', priceText: '' })).toEqual({ ...nova, type: 'market', timeInForce: 'ioc' })
    expect(contentOf({ type: 'market', timeInForce: 'fok' })).toMatchObject({ timeInForce: 'fok' })
  })

  test('that waits for a price, with a limit or without', () => {
    expect(contentOf({ type: 'stop', stopText: '186' })).toEqual({
      ...nova,
      type: 'stop',
      stopPrice: '186.00',
      timeInForce: 'gtc',
    })
    expect(contentOf({ type: 'stop_limit', stopText: '186', priceText: '186.10' })).toMatchObject({
      type: 'stop_limit',
      stopPrice: '186.00',
      limitPrice: '186.10',
    })
  })

  test('that trails by dollars or percent', () => {
    expect(contentOf({ type: 'trailing_stop', trailText: '1.5', trailUnit: 'amount' })).toMatchObject({
      trailAmount: '1.50',
    })
    expect(contentOf({ type: 'trailing_stop', trailText: '2', trailUnit: 'percent' })).toEqual({
      ...nova,
      type: 'trailing_stop',
      trailPercent: '2.00',
      timeInForce: 'gtc',
    })
  })

  test('dollars are rounded down to a lot; a market order sends them unchanged', () => {
    expect(check({ unit: 'money', qtyText: '1,000' })).toMatchObject({ lots: 5, content: { qty: '5' } })
    expect(check({ unit: 'money', qtyText: '184.30' })).toMatchObject({ lots: 1 })
    const notional = contentOf({ unit: 'money', qtyText: '1,000', type: 'market' })
    expect(notional).toMatchObject({ notional: '1000.00' })
    expect(notional).not.toHaveProperty('qty')
  })

  test('with an expiry, in UTC', () => {
    expect(contentOf({ timeInForce: 'gtd', expireText: '2026-11-27T14:30' })).toMatchObject({
      timeInForce: 'gtd',
      expireAt: Date.UTC(2026, 10, 27, 14, 30),
    })
  })

  test('with post only and reduce only, if its type has them', () => {
    expect(contentOf({ postOnly: true, reduceOnly: true })).toMatchObject({ postOnly: true, reduceOnly: true })
    expect(contentOf({ postOnly: true, timeInForce: 'ioc' })).not.toHaveProperty('postOnly')
    expect(contentOf({ postOnly: true, type: 'market' })).not.toHaveProperty('postOnly')
  })

  test('with exits, one of which is enough', () => {
    const exits = { hasExits: true, takeProfitText: '188', stopLossText: '180.5' }
    expect(contentOf(exits)).toMatchObject({
      takeProfit: { limitPrice: '188.00' },
      stopLoss: { stopPrice: '180.50' },
    })
    expect(contentOf({ ...exits, takeProfitText: '' })).not.toHaveProperty('takeProfit')
    expect(contentOf({ ...exits, hasExits: false })).not.toHaveProperty('stopLoss')
    expect(contentOf(exits, { mayHaveExits: false })).not.toHaveProperty('stopLoss')
    expect(contentOf({ ...exits, side: 'sell', takeProfitText: '180', stopLossText: '188' })).toMatchObject({
      takeProfit: { limitPrice: '180.00' },
    })
  })
})

describe('the button says what is missing', () => {
  test.each<[Partial<Draft>, string]>([
    [{ priceText: '' }, 'Enter a price'],
    [{ priceText: '184.31' }, 'Price goes in steps of 0.02'],
    [{ qtyText: '' }, 'Enter a quantity'],
    [{ qtyText: '0' }, 'Enter a quantity above 0'],
    [{ qtyText: '12345678901234567890' }, 'At most 100,000'],
    [{ priceText: '99999999999999999999' }, 'Price stays below 1,000,000,000,000'],
    [{ qtyText: '1.5' }, 'Quantity goes in steps of 1'],
    [{ qtyText: '1m' }, 'At most 100,000'],
    [{ unit: 'money', qtyText: '' }, 'Enter an amount'],
    [{ unit: 'money', qtyText: '10' }, 'Too little for one lot'],
    [{ unit: 'money', qtyText: '999m' }, 'At most $18,430,000.00'],
    [{ unit: 'money', qtyText: '12345678901234567890' }, 'At most $18,430,000.00'],
    [{ type: 'stop' }, 'Enter a stop price'],
    [{ type: 'stop', stopText: '180.01' }, 'Stop price goes in steps of 0.02'],
    [{ type: 'stop_limit', stopText: '180', priceText: '' }, 'Enter a price'],
    [{ type: 'trailing_stop' }, 'Enter a trail'],
    [{ type: 'trailing_stop', trailText: '0.005' }, 'Trail goes in steps of 0.01%'],
    [{ type: 'trailing_stop', trailText: '100' }, 'Trail stays below 100%'],
    [{ type: 'trailing_stop', trailText: '0', trailUnit: 'amount' }, 'Enter a trail above 0'],
    [{ timeInForce: 'gtd' }, 'Enter a date and time'],
    [{ timeInForce: 'gtd', expireText: '2026-11-26T11:59' }, 'That time has passed'],
    [{ hasExits: true }, 'Enter a take profit or stop loss'],
    [{ hasExits: true, takeProfitText: '184' }, 'Take profit goes above the price'],
    [{ hasExits: true, stopLossText: '185' }, 'Stop loss goes below the price'],
    [{ hasExits: true, side: 'sell', stopLossText: '180' }, 'Stop loss goes above the price'],
  ])('%o: %s', (change, missing) => {
    expect(check(change)).toMatchObject({ ok: false, missing })
  })
})
