import { expect, test } from 'vitest'
import type { Order } from '@valiant/shared/protocol/order'
import { reservedLots, shortLots } from './reserved-lots.ts'
import { scaleOf } from './scale.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
let count = 0
const sale = (remainingQty: string, more: Partial<Order> = {}) =>
  ({
    orderId: String(++count),
    symbol: 'NOVA',
    side: 'sell',
    status: 'open',
    reduceOnly: false,
    remainingQty,
    ...more,
  }) as Order
const bound = (orders: readonly Order[], onlyReducing = false) =>
  reservedLots(orders, { symbol: 'NOVA', side: 'sell', onlyReducing }, scale)

test('sales bind lots, orders of the other side or another symbol do not', () => {
  expect(bound([sale('50'), sale('20'), sale('9', { side: 'buy' }), sale('9', { symbol: 'LUMA' })])).toBe(70)
})

test('a pair of exits binds the larger one only; an exit that waits for its entry binds nothing', () => {
  expect(bound([sale('80', { groupId: 'g' }), sale('100', { groupId: 'g' }), sale('5', { status: 'held' })])).toBe(100)
})

test('in a margin account only reduce-only orders bind', () => {
  expect(bound([sale('50'), sale('20', { reduceOnly: true })], true)).toBe(20)
})

test('the part of a sale beyond the position is short', () => {
  expect(shortLots(50, 83)).toBe(33)
  expect(shortLots(100, 83)).toBe(0)
  expect(shortLots(-10, 83)).toBe(83)
})
