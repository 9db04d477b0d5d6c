import { expect, test } from 'vitest'
import type { Order } from '@valiant/shared/protocol/order'
import { orderRows } from './order-rows.ts'

const order = (orderId: string, more: Partial<Order> = {}) => ({ orderId, ...more }) as Order
const drawn = (orders: readonly Order[]) =>
  orderRows(orders).map(({ order: { orderId }, isUnder }) => (isUnder ? `  ${orderId}` : orderId))

test('orders are listed newest first, the legs of a bracket under their entry', () => {
  const leg = { parentOrderId: '2', groupId: '2' }
  const bracket = [
    order('1'),
    order('2'),
    order('3', { ...leg, role: 'take_profit' }),
    order('4', { ...leg, role: 'stop_loss' }),
    order('5'),
  ]
  expect(drawn(bracket)).toEqual(['5', '2', '  3', '  4', '1'])
})

test('exits without an open entry are listed together', () => {
  const exit = { groupId: '3', parentOrderId: '2' }
  const exits = [
    order('3', { ...exit, role: 'take_profit' }),
    order('4', { ...exit, role: 'stop_loss' }),
    order('9', { role: 'stop_loss', groupId: '9' }),
  ]
  expect(drawn(exits)).toEqual(['9', '3', '  4'])
})
