import { fileURLToPath } from 'node:url'
import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { describe, expect, test } from 'vitest'
import { readInstruments } from '../../instruments.ts'
import { RequestFailure } from '../answering/wire-error.ts'
import { orderRequestOf } from './order-fields.ts'
import { referenceOf } from './order-reference.ts'
import type { Requester } from './request.ts'

const [listed] = readInstruments(fileURLToPath(new URL('../../../db/instruments.json', import.meta.url)))
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
const stop: PlaceOrder = { ...limit, type: 'stop', limitPrice: undefined, stopPrice: '2' }
const trailing: PlaceOrder = { ...limit, type: 'trailing_stop', limitPrice: undefined, trailPercent: '5' }
const YEAR_MS = 366 * 86_400_000
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
      ...{
        lots: 20,
        limitTicks: 21,
        timeInForce: 'gtc',
        postOnly: false,
        reduceOnly: false,
        selfTrade: 'cancel_maker',
        source: 'web',
      },
      validUntilMs: 6_000,
    })
    expect(parse(market)).toMatchObject({ lots: 3, limitTicks: 0, timeInForce: 'ioc' })
  })
  test('is the same when its values are equal', () => {
    expect(parse({ ...limit, qty: '10.0', limitPrice: '1.0500', reduceOnly: false })).toEqual(parse(limit))
  })
  test('has the prices of its type', () => {
    expect(parse(stop)).toMatchObject({ type: 'stop', limitTicks: 0, stopTicks: 40, timeInForce: 'gtc' })
    expect(parse({ ...stop, type: 'stop_limit', limitPrice: '1.95' })).toMatchObject({ limitTicks: 39, stopTicks: 40 })
    // A triggered ioc order gives up what it cannot fill at once.
    expect(parse({ ...stop, type: 'stop_limit', limitPrice: '1.95', timeInForce: 'ioc' })).toMatchObject({
      timeInForce: 'ioc',
    })
    const byPercent = parse(trailing)
    expect(byPercent).toMatchObject({ type: 'trailing_stop', limitTicks: 0, trailBps: 500 })
    const byAmount = parse({ ...trailing, trailPercent: undefined, trailAmount: '0.50' })
    expect(byAmount).toMatchObject({ limitTicks: 0, trailTicks: 10 })
    for (const field of ['stopTicks', 'trailTicks']) expect(byPercent).not.toHaveProperty(field)
    for (const field of ['stopTicks', 'trailBps']) expect(byAmount).not.toHaveProperty(field)
    expect(parse({ ...trailing, trailPercent: '0.010' })).toMatchObject({ trailBps: 1 })
    expect(parse({ ...trailing, trailPercent: '99.99' })).toMatchObject({ trailBps: 9_999 })
  })
  test('at the market may give its size in money', () => {
    const byMoney = parse({ ...market, qty: undefined, notional: '100.5' })
    expect(byMoney).toMatchObject({ lots: 0, notionalCents: 10_050 })
    expect(parse(market)).not.toHaveProperty('notionalCents')
  })
  test('gtd needs expireAt, and a day order takes none', () => {
    const gtd = parse({ ...limit, timeInForce: 'gtd', expireAt: 2_000 })
    expect(gtd).toMatchObject({ timeInForce: 'gtd', expireAtMs: 2_000 })
    expect(parse({ ...stop, timeInForce: 'gtd', expireAt: 1_000 + YEAR_MS })).toMatchObject({ timeInForce: 'gtd' })
    expect(parse({ ...trailing, timeInForce: 'day' })).not.toHaveProperty('expireAtMs')
  })
  test('is parsed the same whenever it is sent: the exchange checks whether expireAt has passed', () => {
    expect(parse({ ...limit, timeInForce: 'gtd', expireAt: 1 })).toMatchObject({ expireAtMs: 1 })
  })
  test('has the requested exits', () => {
    const exits = parse({
      ...market,
      takeProfit: { limitPrice: '3' },
      stopLoss: { stopPrice: '1', limitPrice: '0.95', timeInForce: 'day' },
    })
    expect(exits.takeProfit).toEqual({ limitTicks: 60, timeInForce: 'gtc' })
    expect(exits.stopLoss).toEqual({ stopTicks: 20, limitTicks: 19, timeInForce: 'day' })
    expect(parse({ ...limit, stopLoss: { trailPercent: '2.50' } }).stopLoss).toEqual({
      ...{ trailBps: 250, timeInForce: 'gtc' },
    })
    expect(parse(limit)).not.toHaveProperty('takeProfit')
  })
  test('may be post-only if it can rest, and reduce-only with any type', () => {
    for (const timeInForce of ['gtc', 'day', 'gtd'] as const) {
      const expireAt = timeInForce === 'gtd' ? 2_000 : undefined
      expect(parse({ ...limit, postOnly: true, timeInForce, expireAt })).toMatchObject({ postOnly: true })
    }
    for (const order of [limit, market, stop, trailing]) {
      expect(parse({ ...order, reduceOnly: true, postOnly: false })).toMatchObject({ reduceOnly: true })
    }
  })
  test('keeps validUntil and tag', () => {
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
  ['limitPrice', { ...stop, limitPrice: '1.05' }, 'unknown'],
  ['limitPrice', { ...trailing, limitPrice: '1.05' }, 'unknown'],
  ['limitPrice', { ...stop, type: 'stop_limit' }, 'required'],
  ['stopPrice', { ...stop, stopPrice: undefined }, 'required'],
  ['stopPrice', { ...stop, type: 'stop_limit', limitPrice: '1', stopPrice: undefined }, 'required'],
  ['stopPrice', { ...stop, stopPrice: '2.01' }, 'tick', '2.00'],
  ['stopPrice', { ...stop, stopPrice: '0' }, 'min'],
  ['stopPrice', { ...stop, stopPrice: '500.05' }, 'max'],
  ['stopPrice', { ...limit, stopPrice: '1' }, 'unknown'],
  ['stopPrice', { ...market, stopPrice: '1' }, 'unknown'],
  ['stopPrice', { ...trailing, stopPrice: '1' }, 'unknown'],
  ['trailAmount', { ...trailing, trailPercent: undefined }, 'required'],
  ['trailAmount', { ...trailing, trailPercent: undefined, trailAmount: '0.01' }, 'tick', '0.05'],
  ['trailAmount', { ...trailing, trailPercent: undefined, trailAmount: '0' }, 'min'],
  ['trailAmount', { ...limit, trailAmount: '1' }, 'unknown'],
  ['trailAmount', { ...stop, trailAmount: '1' }, 'unknown'],
  ['trailPercent', { ...trailing, trailAmount: '0.5' }, 'unknown'],
  ['trailPercent', { ...trailing, trailPercent: '0' }, 'min'],
  ['trailPercent', { ...trailing, trailPercent: '100' }, 'max'],
  ['trailPercent', { ...trailing, trailPercent: '1.125' }, 'format', '1.13'],
  ['trailPercent', { ...market, trailPercent: '5' }, 'unknown'],
  ['notional', { ...limit, qty: undefined, notional: '100' }, 'unknown'],
  ['notional', { ...stop, notional: '100' }, 'unknown'],
  ['notional', { ...market, notional: '100' }, 'unknown'],
  ['notional', { ...market, qty: undefined, notional: '0' }, 'min'],
  ['notional', { ...market, qty: undefined, notional: '1.005' }, 'format', '1.01'],
  ['notional', { ...market, qty: undefined, notional: '1000000000.01' }, 'max'],
  ['qty', { ...market, qty: undefined }, 'required'],
  ['timeInForce', { ...market, timeInForce: 'gtc' }, 'unknown'],
  ['timeInForce', { ...market, timeInForce: 'day' }, 'unknown'],
  ['timeInForce', { ...stop, timeInForce: 'ioc' }, 'unknown'],
  ['timeInForce', { ...trailing, timeInForce: 'fok' }, 'unknown'],
  ['timeInForce', { ...stop, type: 'stop_limit', limitPrice: '1', timeInForce: 'fok' }, 'unknown'],
  ['expireAt', { ...limit, timeInForce: 'gtd' }, 'required'],
  ['expireAt', { ...limit, timeInForce: 'gtd', expireAt: 1_001 + YEAR_MS }, 'max'],
  ['expireAt', { ...limit, expireAt: 2_000 }, 'unknown'],
  ['expireAt', { ...limit, timeInForce: 'day', expireAt: 2_000 }, 'unknown'],
  ['expireAt', { ...market, expireAt: 2_000 }, 'unknown'],
  ['postOnly', { ...market, postOnly: true }, 'unknown'],
  ['postOnly', { ...stop, postOnly: true }, 'unknown'],
  ['postOnly', { ...trailing, postOnly: true }, 'unknown'],
  ['postOnly', { ...limit, timeInForce: 'ioc', postOnly: true }, 'unknown'],
  ['postOnly', { ...limit, timeInForce: 'fok', postOnly: true }, 'unknown'],
  ['reduceOnly', { ...limit, reduceOnly: true, takeProfit: { limitPrice: '2' } }, 'unknown'],
  ['reduceOnly', { ...limit, reduceOnly: true, stopLoss: { stopPrice: '1' } }, 'unknown'],
  ['takeProfit.limitPrice', { ...limit, takeProfit: { limitPrice: '2.01' } }, 'tick', '2.00'],
  ['takeProfit.limitPrice', { ...limit, takeProfit: { limitPrice: '0' } }, 'min'],
  ['stopLoss.stopPrice', { ...limit, stopLoss: {} }, 'required'],
  ['stopLoss.stopPrice', { ...limit, stopLoss: { limitPrice: '1' } }, 'required'],
  ['stopLoss.stopPrice', { ...limit, stopLoss: { stopPrice: '1.01' } }, 'tick', '1.00'],
  ['stopLoss.limitPrice', { ...limit, stopLoss: { stopPrice: '1', limitPrice: '600' } }, 'max'],
  ['stopLoss.limitPrice', { ...limit, stopLoss: { trailPercent: '1', limitPrice: '1' } }, 'unknown'],
  ['stopLoss.stopPrice', { ...limit, stopLoss: { trailPercent: '1', stopPrice: '1.01' } }, 'tick', '1.00'],
  ['stopLoss.trailPercent', { ...limit, stopLoss: { trailPercent: '100' } }, 'max'],
])('%s that its type or instrument does not allow is INVALID', (field, order, rule, nearest) => {
  const error = wrong(order)
  expect(error).toMatchObject({ code: 'INVALID', field, outcome: 'not_executed', details: { rule } })
  expect(error.details?.nearest).toBe(nearest)
})

test('what an instrument’s own lists exclude is refused', () => {
  const { wire } = instrument
  const only = { ...instrument, wire: { ...wire, orderTypes: ['limit' as const], timesInForce: ['gtc' as const] } }
  const refused = (order: PlaceOrder) => {
    expect(() => orderRequestOf('order.place', order, { requester, instrumentOf: () => only })).toThrow(RequestFailure)
  }
  refused(market)
  refused({ ...limit, timeInForce: 'ioc' })
})

describe('an order reference', () => {
  test('takes exactly one id', () => {
    expect(referenceOf({ clientOrderId: 'a' }, 17)).toEqual({ clientOrderId: 'a' })
    expect(() => referenceOf({}, 17)).toThrow(/orderId or clientOrderId/)
    expect(() => referenceOf({ orderId: 'x', clientOrderId: 'a' }, 17)).toThrow(/both/)
  })
  test('to another account’s order is NOT_FOUND, as if it did not exist', () => {
    for (const orderId of ['no-such-order', '000000000000A', '__proto__']) {
      let found: unknown
      try {
        referenceOf({ orderId }, 17)
      } catch (error) {
        found = error
      }
      const message = `This account has no order with the orderId "${orderId}".`
      expect(found).toHaveProperty('error', { code: 'NOT_FOUND', message, outcome: 'not_executed' })
    }
  })
})

test('the article goes with the time in force', () => {
  expect(wrong({ ...limit, timeInForce: 'ioc', expireAt: 2_000 }).message).toContain('for an ioc order')
  expect(wrong({ ...limit, expireAt: 2_000 }).message).toContain('for a gtc order')
  expect(wrong({ ...limit, timeInForce: 'fok', postOnly: true }).message).toContain('for an fok order')
})
