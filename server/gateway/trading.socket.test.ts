import { parseId } from '@valiant/shared/units/id'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExchangeRequest } from '../bus/exchange-request.ts'
import { type Client, GatewayRig } from './gateway.fixture.ts'
import { instruments } from './exchange-stand-in.fixture.ts'

let rig: GatewayRig
let client: Client
let cookie: string
beforeAll(async () => {
  rig = await GatewayRig.open({ guestsPerMinute: 1_000, requestsPerSecond: 100_000 })
  cookie = await rig.guest()
  client = await rig.connect({ cookie })
})
afterAll(() => rig[Symbol.asyncDispose]())

const { wire, startTicks, tick } = instruments[0]!
const { symbol } = wire
const price = (ticks: number) => (ticks * 10 ** -tick.decimals * tick.unit).toFixed(tick.decimals)
let ids = 0
const order = (more: object = {}) => ({
  ...{ clientOrderId: `test-${++ids}`, symbol, side: 'buy', type: 'limit', qty: '1', limitPrice: price(startTicks) },
  ...more,
})
/** The last request to the exchange. */
const asked = (): ExchangeRequest => rig.exchange.taken.at(-1)!.request
const place = async () =>
  ((await client.ask('order.place', order())) as { data: { orderId: string; clientOrderId: string } }).data

describe('an order', () => {
  test('with every field of its type reaches the exchange complete', async () => {
    const takeProfit = { limitPrice: price(startTicks + 9) }
    const stopLoss = { trailPercent: '5', timeInForce: 'day' }
    await client.ask('order.place', order({ takeProfit, stopLoss }))
    expect(asked()).toMatchObject({
      takeProfit: { limitTicks: startTicks + 9, timeInForce: 'gtc' },
      stopLoss: { trailBps: 500, timeInForce: 'day' },
    })
    const stop = { type: 'trailing_stop', limitPrice: undefined, trailAmount: price(7), reduceOnly: true }
    expect(await client.ask('order.place', order(stop))).toMatchObject({
      ...{ ok: true, data: { type: 'trailing_stop', trailAmount: price(7), reduceOnly: true } },
    })
  })
  test('with an invalid exit is refused with the path of the field', async () => {
    const answer = await client.ask('order.place', order({ takeProfit: { limitPrice: `${price(startTicks)}0001` } }))
    expect(answer).toMatchObject({
      error: { code: 'INVALID', field: 'takeProfit.limitPrice', details: { rule: 'tick' } },
    })
    expect(await client.ask('order.place', order({ stopLoss: {} }))).toMatchObject({
      error: { code: 'INVALID', field: 'stopLoss.stopPrice', details: { rule: 'required' } },
    })
    expect(
      await client.ask('order.place', order({ takeProfit: { limitPrice: '1', timeInForce: 'ioc' } })),
    ).toMatchObject({
      error: { code: 'INVALID', field: 'takeProfit.timeInForce', details: { rule: 'unknown' } },
    })
  })
  test('repeated with its exits written differently is the same order', async () => {
    const first = order({
      stopLoss: { stopPrice: price(startTicks - 9) },
      takeProfit: { limitPrice: price(startTicks) },
    })
    await client.ask('order.place', first)
    const again = {
      ...first,
      takeProfit: { timeInForce: 'gtc', limitPrice: `${price(startTicks)}00` },
      reduceOnly: false,
    }
    expect(await client.ask('order.place', again)).toMatchObject({ ok: true, duplicate: true })
    expect(await client.ask('order.place', { ...again, stopLoss: { trailPercent: '1' } })).toMatchObject({
      error: { code: 'DUPLICATE_CLIENT_ORDER_ID' },
    })
  })
})

describe('an amend', () => {
  test('goes by either id, with normalized decimals', async () => {
    const { orderId, clientOrderId } = await place()
    expect(
      await client.ask('order.amend', { orderId, qty: '5.0', limitPrice: `${price(startTicks - 3)}0` }),
    ).toMatchObject({
      ...{ ok: true, data: { orderId, priorityKept: false, limitPrice: price(startTicks - 3) } },
    })
    expect(asked()).toMatchObject({ event: 'order.amend', number: parseId(orderId)?.number, qty: '5' })
    expect(await client.ask('order.amend', { clientOrderId, qty: '4' })).toMatchObject({ data: { priorityKept: true } })
    expect(await client.ask('order.amend', { clientOrderId })).toMatchObject({ ok: true })
  })
  test('repeated with equal values is the same request', async () => {
    const { orderId } = await place()
    const requestId = `again-${++ids}`
    const first = await client.ask('order.amend', { orderId, qty: '3', requestId })
    const again = await client.ask('order.amend', { orderId, qty: '3.00', requestId })
    expect(again).toEqual({ ...first, duplicate: true })
    expect(await client.ask('order.amend', { orderId, qty: '2', requestId })).toMatchObject({
      error: { code: 'DUPLICATE_CLIENT_ORDER_ID' },
    })
  })
  test('is refused with the invalid field', async () => {
    const { orderId, clientOrderId } = await place()
    const both = { orderId, trailAmount: '1', trailPercent: '1' }
    expect(await client.ask('order.amend', both)).toMatchObject({ error: { code: 'INVALID', field: 'trailPercent' } })
    expect(await client.ask('order.amend', { qty: '1' })).toMatchObject({
      error: { code: 'INVALID', field: 'orderId' },
    })
    expect(await client.ask('order.amend', { orderId, clientOrderId })).toMatchObject({ error: { code: 'INVALID' } })
    expect(await client.ask('order.amend', { orderId, qty: '1.0001' })).toMatchObject({
      error: { code: 'INVALID', field: 'qty', details: { rule: 'lot', nearest: '1' } },
    })
    expect(await client.ask('order.amend', { orderId: 'none', qty: '1' })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    })
  })
  test('works over REST', async () => {
    const { orderId } = await place()
    const patch = (body: object) =>
      fetch(`${rig.url}/api/orders/${orderId}`, {
        method: 'PATCH',
        headers: { cookie, origin: rig.url, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const amended = await patch({ qty: '7' })
    expect([amended.status, await amended.json()]).toMatchObject([200, { data: { qty: '7', priorityKept: true } }])
    expect((await patch({ qty: '7.5001' })).status).toBe(400)
    expect((await patch({ size: '7' })).status).toBe(400)
  })
})

describe('a position', () => {
  test('can be closed in whole or in part', async () => {
    expect(await client.ask('position.close', { symbol })).toMatchObject({
      error: { code: 'REDUCE_ONLY_WOULD_INCREASE' },
    })
    expect(asked()).toEqual({ event: 'position.close', account: expect.any(Number) as number, symbol, source: 'web' })
    await client.ask('position.close', { symbol, qty: '3' })
    expect(asked()).toMatchObject({ lots: 3 })
    expect(await client.ask('position.close', { symbol, qty: '0' })).toMatchObject({
      error: { code: 'INVALID', field: 'qty', details: { rule: 'min' } },
    })
    expect(await client.ask('position.close', { symbol: 'NOPE' })).toMatchObject({
      error: { code: 'INVALID', field: 'symbol', details: { rule: 'unknown' } },
    })
  })
  test('is protected, and its exits are removed', async () => {
    await client.ask('position.protect', { symbol, qty: '2', stopLoss: { stopPrice: price(9) } })
    expect(asked()).toMatchObject({
      event: 'position.protect',
      lots: 2,
      stopLoss: { stopTicks: 9, timeInForce: 'gtc' },
    })
    await client.ask('position.protect', { symbol })
    expect(asked()).not.toHaveProperty('stopLoss')
    expect(await client.ask('position.protect', { symbol, qty: '2' })).toMatchObject({
      error: { code: 'INVALID', field: 'qty', details: { rule: 'unknown' } },
    })
    expect(await client.ask('position.protect', { symbol, stopLoss: { trailPercent: '0' } })).toMatchObject({
      error: { code: 'INVALID', field: 'stopLoss.trailPercent', details: { rule: 'min' } },
    })
  })
})

test('the dead man’s switch can be set and postponed', async () => {
  const symbols = instruments.slice(0, 2).map((instrument) => instrument.wire.symbol)
  expect(await client.ask('cancelAfter', { timeoutMs: 1_000 })).toMatchObject({ ok: true, data: { cancelAt: 1_000 } })
  expect(asked()).toMatchObject({ timeoutMs: 1_000, keepProtective: true })
  expect(asked()).not.toHaveProperty('symbols')
  await client.ask('cancelAfter', { timeoutMs: 0, symbols: [...symbols, symbols[0]], keepProtective: false })
  expect(asked()).toMatchObject({ timeoutMs: 0, symbols: symbols.toSorted(), keepProtective: false })
  for (const [payload, field, rule] of [
    [{ timeoutMs: 99 }, 'timeoutMs', 'min'],
    [{ timeoutMs: -1 }, 'timeoutMs', 'min'],
    [{ timeoutMs: 86_400_001 }, 'timeoutMs', 'max'],
    [{ timeoutMs: 1_000, symbols: ['NOPE'] }, 'symbols.0', 'unknown'],
  ] as const) {
    expect(await client.ask('cancelAfter', payload)).toMatchObject({
      error: { code: 'INVALID', field, details: { rule } },
    })
  }
})
