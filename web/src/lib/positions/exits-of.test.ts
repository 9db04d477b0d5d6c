import { describe, expect, test } from 'vitest'
import type { Order } from '@valiant/shared/protocol/order'
import { scaleOf } from '#lib/ticket/scale.ts'
import { exitsOf, protectableQty, protectionOf } from './exits-of.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const long = { markTicks: 9216, isLong: true, scale } // 184.32
const short = { ...long, isLong: false }

test('a position is protected by its active exits, the newest of each kind', () => {
  const exit = (orderId: string, more: Partial<Order>) =>
    ({ orderId, symbol: 'NOVA', status: 'open', ...more }) as Order
  const orders = [
    exit('1', { role: 'take_profit' }),
    exit('2', { role: 'take_profit' }),
    exit('3', { role: 'stop_loss', status: 'held' }),
    exit('4', { role: 'stop_loss', symbol: 'LUMA' }),
    exit('5', {}),
  ]
  expect(exitsOf(orders, 'NOVA')).toEqual({ takeProfit: orders[1], stopLoss: undefined })
})

test('the part that other open orders bind cannot be protected', () => {
  const held = { symbol: 'NOVA', qty: '320' }
  const sale = (more: Partial<Order>) =>
    ({
      orderId: '1',
      symbol: 'NOVA',
      side: 'sell',
      status: 'open',
      remainingQty: '200',
      reduceOnly: false,
      ...more,
    }) as Order
  const cash = { isMargin: false, scale }
  expect(protectableQty([], held, cash)).toBeUndefined()
  expect(protectableQty([sale({})], held, cash)).toBe('120')
  expect(protectableQty([sale({ remainingQty: '320' })], held, cash)).toBe('0')
  expect(protectableQty([sale({ role: 'take_profit' }), sale({ side: 'buy' })], held, cash)).toBeUndefined()
  expect(protectableQty([sale({})], held, { isMargin: true, scale })).toBeUndefined()
  expect(
    protectableQty([sale({ side: 'buy', reduceOnly: true })], { ...held, qty: '-320' }, { isMargin: true, scale }),
  ).toBe('120')
})

describe('a protection', () => {
  test('has the typed prices; an empty field is no exit', () => {
    expect(protectionOf({ takeProfit: '188', stopLoss: '' }, long)).toEqual({
      ok: true,
      takeProfit: '188.00',
      stopLoss: undefined,
    })
    expect(protectionOf({ takeProfit: '180', stopLoss: '188' }, short)).toMatchObject({ ok: true })
  })

  test.each([
    [{ takeProfit: '184.30', stopLoss: '' }, long, 'Take profit goes above the market'],
    [{ takeProfit: '', stopLoss: '184.40' }, long, 'Stop loss goes below the market'],
    [{ takeProfit: '190', stopLoss: '' }, short, 'Take profit goes below the market'],
    [{ takeProfit: '188.01', stopLoss: '' }, long, 'Take profit goes in steps of 0.02'],
    [{ takeProfit: '', stopLoss: 'abc' }, long, 'Enter a stop loss'],
  ] as const)('%o would act at once, or is none', (texts, at, missing) => {
    expect(protectionOf(texts, at)).toEqual({ ok: false, missing })
  })
})
