import { PlaceOrder } from '@valiant/shared/protocol/order'
import { REQUESTS } from '@valiant/shared/protocol/requests'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { fieldFailure } from './zod-issue.ts'

const order = { clientOrderId: 'a', symbol: 'VLNT', side: 'buy', type: 'limit', qty: '1', limitPrice: '1' }

function wrong(schema: z.ZodType, payload: unknown) {
  const parsed = schema.safeParse(payload)
  if (parsed.success) throw new Error('expected a payload that does not parse')
  const { field, details, message } = fieldFailure(parsed.error, payload, schema).error
  return { field, rule: details?.rule, expected: details?.expected, message }
}

test.each([
  ['symbol', { ...order, symbol: undefined }, 'required'],
  ['symbol', { ...order, symbol: '__proto__' }, 'unknown'],
  ['symbol', { ...order, symbol: 'vlnt' }, 'unknown'],
  ['symbol', { ...order, symbol: 'V'.repeat(30) }, 'unknown'],
  ['side', { ...order, side: 'hold' }, 'unknown'],
  ['side', { ...order, side: 7 }, 'type'],
  ['side', { ...order, side: undefined }, 'required'],
  ['qty', { ...order, qty: 1 }, 'type'],
  ['qty', { ...order, qty: '-1' }, 'format'],
  ['qty', { ...order, qty: '9'.repeat(40) }, 'max'],
  ['limitPrice', { ...order, limitPrice: {} }, 'type'],
  ['clientOrderId', { ...order, clientOrderId: 'a b' }, 'format'],
  ['postOnly', { ...order, postOnly: 'yes' }, 'type'],
  ['validUntil', { ...order, validUntil: -1 }, 'min'],
  ['validUntil', { ...order, validUntil: 1.5 }, 'type'],
  ['price', { ...order, price: '1' }, 'unknown'],
  ['takeProfit', { ...order, takeProfit: 'high' }, 'type'],
  ['takeProfit', { ...order, takeProfit: null }, 'type'],
  ['takeProfit.limitPrice', { ...order, takeProfit: { limitPrice: 1 } }, 'type'],
  ['takeProfit.odd', { ...order, takeProfit: { limitPrice: '1', odd: 1 } }, 'unknown'],
])('%s of an order breaks its rule', (field, payload, rule) => {
  const found = wrong(PlaceOrder, payload)
  expect(found).toMatchObject({ field, rule })
  expect(found.expected).toBeTypeOf('string')
  expect(found.message).toContain(field)
})

test('a field that does not exist is named, its own text shortened like a value', () => {
  const name = 'k'.repeat(9_000)
  const { field, message } = wrong(PlaceOrder, { ...order, [name]: '1' })
  expect(field).toBe(`${'k'.repeat(64)}…`)
  expect(message).toMatch(/^k{64}…: expected one of the fields clientOrderId, .+, found "k{39}…"\.$/)
})

test('an own property __proto__ is an unknown field', () => {
  const payload: unknown = JSON.parse(
    '{"clientOrderId":"a","symbol":"V","side":"buy","type":"limit","__proto__":{"qty":"1"}}',
  )
  expect(wrong(PlaceOrder, payload)).toMatchObject({ field: '__proto__', rule: 'unknown' })
})

test('the message says what was expected and what was found, shortened', () => {
  expect(wrong(PlaceOrder, { ...order, side: 'hold' }).message).toBe(
    'side: expected one of "buy", "sell", found "hold".',
  )
  expect(wrong(PlaceOrder, { ...order, qty: `1${'x'.repeat(30)}` }).message.length).toBeLessThan(220)
  const { payload: candles } = REQUESTS.candles
  for (const from of ['2026-11-28T00:00:00Z', '1795890186.73', 1795890186.73]) {
    const { message } = wrong(candles, { symbol: 'VLNT', interval: '1m', from })
    expect(message).toBe(`from: expected an integer, found ${JSON.stringify(from)}.`)
  }
  const { payload } = REQUESTS.subscribe
  expect(wrong(payload, { channel: 'book', depth: 11 })).toMatchObject({
    field: 'depth',
    rule: 'unknown',
    expected: 'one of 10, 25, 100',
  })
  expect(wrong(payload, { channel: 'book', symbols: ['NOVA', 5] })).toMatchObject({
    ...{ field: 'symbols.1', rule: 'type' },
    message: 'symbols.1: expected "*", or the symbol of an instrument, such as "NOVA", found 5.',
  })
  expect(wrong(payload, { channel: 'book', symbols: ['no symbol'] })).toMatchObject({
    field: 'symbols.0',
    rule: 'unknown',
  })
  expect(wrong(payload, { channel: 'book', symbols: [] })).toMatchObject({ field: 'symbols', rule: 'min' })
  expect(wrong(payload, { channel: 'book', symbols: [] }).expected).toBe('at least 1 element')
  const { payload: update } = REQUESTS['account.update']
  expect(wrong(update, { name: '' }).expected).toBe('at least 1 character')
  expect(wrong(update, { name: 'x'.repeat(99) }).expected).toBe('at most 60 characters')
})

test('a number where a decimal belongs is answered with the string to send', () => {
  expect(wrong(PlaceOrder, { ...order, qty: 10 }).message).toBe('qty: expected a string such as "10", found 10.')
  expect(wrong(PlaceOrder, { ...order, qty: 1e300 }).message).toBe('qty: expected a string, found 1e+300.')
  expect(wrong(PlaceOrder, { ...order, qty: true }).message).toBe('qty: expected a string, found true.')
})

test('a field that does not exist is answered with those that do', () => {
  const { payload } = REQUESTS['alert.delete']
  expect(wrong(payload, { alertId: '1', id: '1' })).toMatchObject({
    ...{ field: 'id', rule: 'unknown' },
    message: 'id: expected one of the fields alertId, requestId, found "id".',
  })
  expect(wrong(PlaceOrder, { ...order, takeProfit: { limitPrice: '1', limit: '1' } }).message).toBe(
    'takeProfit.limit: expected one of the fields limitPrice, timeInForce, found "limit".',
  )
  expect(wrong(REQUESTS.time.payload, { now: 1 }).message).toBe('now: expected no fields, found "now".')
})
