import { describe, expect, test } from 'vitest'
import type { Order } from '@valiant/shared/protocol/order'
import { scaleOf } from '#lib/ticket/scale.ts'
import { amendable, amendmentOf } from './amendment.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const limit = { type: 'limit', qty: '200', limitPrice: '183.60', status: 'open' } as Order
const trailing = {
  type: 'trailing_stop',
  qty: '5',
  stopPrice: '180.50',
  trailPercent: '2',
  status: 'untriggered',
} as Order

describe('an order is amended', () => {
  test('only in what was changed', () => {
    expect(amendmentOf(limit, { qty: '150', limitPrice: '183.60' }, scale)).toEqual({
      ok: true,
      change: { qty: '150' },
    })
    expect(amendmentOf(limit, { limitPrice: '1,183.4' }, scale)).toEqual({
      ok: true,
      change: { limitPrice: '1183.40' },
    })
  })

  test('not at all when the same value is written differently', () => {
    expect(amendmentOf(limit, { qty: '200.0', limitPrice: '183.6' }, scale)).toEqual({ ok: true, change: {} })
    expect(amendmentOf(trailing, { trailPercent: '2.00' }, scale)).toEqual({ ok: true, change: {} })
  })

  test('never off the grid', () => {
    expect(amendmentOf(limit, { limitPrice: '183.61' }, scale)).toEqual({
      ...{ ok: false, field: 'limitPrice', missing: 'Price goes in steps of 0.02' },
    })
    expect(amendmentOf(limit, { qty: '0' }, scale)).toMatchObject({ field: 'qty', missing: 'Enter a quantity above 0' })
    expect(amendmentOf(limit, { qty: 'abc' }, scale)).toMatchObject({ field: 'qty', missing: 'Enter a quantity' })
    expect(amendmentOf(trailing, { trailPercent: '0.001' }, scale)).toMatchObject({
      missing: 'Trail goes in steps of 0.01%',
    })
  })

  test('only in fields of its type: not the trigger of a trailing stop, nor the quantity of an exit', () => {
    expect(Object.keys(amendable(trailing))).toEqual(['qty', 'trailPercent'])
    expect(Object.keys(amendable({ ...limit, role: 'take_profit' }))).toEqual(['limitPrice'])
    expect(
      Object.keys(amendable({ ...limit, type: 'stop_limit', stopPrice: '184.00', status: 'untriggered' })),
    ).toEqual(['qty', 'stopPrice', 'limitPrice'])
  })
})
