import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { describe, expect, test } from 'vitest'
import { readInstruments } from '../../instruments.ts'
import { RequestFailure } from '../wire-error.ts'
import { orderRequestOf } from './order-fields.ts'
import { referenceOf } from './order-reference.ts'
import type { Requester } from './request.ts'

const [listed] = readInstruments(new URL('../../../db/instruments.json', import.meta.url).pathname)
const instrument = {
  ...listed!,
  tick: { decimals: 2, unit: 5 },
  lot: { decimals: 1, unit: 5 },
  spec: { ...listed!.spec, maxTicks: 10_000, minLots: 2, maxLots: 1_000 },
  wire: { ...listed!.wire, tickSize: '0.05', lotSize: '0.5', minQty: '1.0' },
}
const requester: Requester = {
  ...{ account: 17, userId: 'u', scopes: ['read', 'trade'], source: 'web', socketId: 's', receivedAtMs: 1_000 },
}
const limit: PlaceOrder = {
  ...{ clientOrderId: 'a', symbol: instrument.wire.symbol, side: 'buy', type: 'limit', qty: '10', limitPrice: '1.05' },
}
const market: PlaceOrder = { ...{ clientOrderId: 'a', symbol: limit.symbol, side: 'sell', type: 'market', qty: '1.5' } }

const parse = (order: PlaceOrder) =>
  orderRequestOf('order.place', order, {
    requester,
    instrumentOf: (symbol) => (symbol === instrument.wire.symbol ? instrument : undefined),
  })
function wrong(order: PlaceOrder) {
  try {
    parse(order)
  } catch (error) {
    if (error instanceof RequestFailure) return error.error
    throw error
  }
  throw new Error('expected an order that is refused')
}

describe('an order', () => {
  test('is in ticks and lots, with its defaults', () => {
    expect(parse(limit)).toEqual({
      ...{ event: 'order.place', account: 17, clientOrderId: 'a', symbol: limit.symbol, side: 'buy', type: 'limit' },
      ...{ lots: 20, limitTicks: 21, timeInForce: 'gtc', postOnly: false, selfTrade: 'cancel_maker', source: 'web' },
      validUntilMs: 6_000,
    })
    expect(parse(market)).toMatchObject({ lots: 3, limitTicks: 0, timeInForce: 'ioc' })
  })
  test('is the same by value', () => {
    expect(parse({ ...limit, qty: '10.0', limitPrice: '1.0500', reduceOnly: false })).toEqual(parse(limit))
  })
  test('keeps its validity and tag', () => {
    expect(parse({ ...limit, validUntil: 5, tag: 'mine ✓' })).toMatchObject({ validUntilMs: 5, tag: 'mine ✓' })
  })
})

test.each<[string, PlaceOrder, string, string?]>([
  ['symbol', { ...limit, symbol: 'NOPE' }, 'unknown'],
  ['qty', { ...limit, qty: '0' }, 'min'],
  ['qty', { ...limit, qty: '0.5' }, 'min'],
  ['qty', { ...limit, qty: '501' }, 'max'],
  ['qty', { ...limit, qty: '999999999999' }, 'max'],
  ['qty', { ...limit, qty: '1.3' }, 'lot', '1.5'],
  ['qty', { ...limit, qty: undefined }, 'required'],
  ['limitPrice', { ...limit, limitPrice: '1.06' }, 'tick', '1.05'],
  ['limitPrice', { ...limit, limitPrice: '0' }, 'min'],
  ['limitPrice', { ...limit, limitPrice: '500.05' }, 'max'],
  ['limitPrice', { ...limit, limitPrice: undefined }, 'required'],
  ['limitPrice', { ...market, limitPrice: '1.05' }, 'unknown'],
  ['timeInForce', { ...market, timeInForce: 'gtc' }, 'unknown'],
  ['timeInForce', { ...limit, timeInForce: 'day' }, 'unknown'],
  ['postOnly', { ...market, postOnly: true }, 'unknown'],
  ['type', { ...limit, type: 'trailing_stop' }, 'unknown'],
  ['stopPrice', { ...limit, type: 'stop', stopPrice: '1' }, 'unknown'],
  ['notional', { ...market, notional: '100' }, 'unknown'],
  ['reduceOnly', { ...limit, reduceOnly: true }, 'unknown'],
  ['takeProfit', { ...limit, takeProfit: { limitPrice: '2' } }, 'unknown'],
  ['tag', { ...limit, tag: 'a\u0000b' }, 'format'],
  ['tag', { ...limit, tag: '\ud800' }, 'format'],
])('%s that its instrument does not allow is INVALID', (field, order, rule, nearest) => {
  const error = wrong(order)
  expect(error).toMatchObject({ code: 'INVALID', field, outcome: 'not_executed', details: { rule } })
  expect(error.details?.nearest).toBe(nearest)
  if (['type', 'stopPrice', 'notional', 'reduceOnly', 'takeProfit'].includes(field)) {
    expect(error.message).toContain('served yet')
  }
})

describe('an order is referred to', () => {
  test('by exactly one id', () => {
    expect(referenceOf({ clientOrderId: 'a' }, 17)).toEqual({ clientOrderId: 'a' })
    expect(() => referenceOf({}, 17)).toThrow(/orderId or clientOrderId/)
    expect(() => referenceOf({ orderId: 'x', clientOrderId: 'a' }, 17)).toThrow(/both/)
  })
  test('and another account’s is not found, like none at all', () => {
    const texts = ['no-such-order', '000000000000A', '__proto__'].map((orderId) => {
      try {
        referenceOf({ orderId }, 17)
      } catch (error) {
        return (error as RequestFailure).error
      }
      return undefined
    })
    expect(new Set(texts.map((error) => JSON.stringify(error))).size).toBe(1)
    expect(texts[0]?.code).toBe('NOT_FOUND')
  })
})
