import type { Fill, Order } from '@valiant/shared/protocol/order'
import { expect, test } from 'vitest'
import { heard } from './heard.ts'

const order = (orderId: string, status: Order['status']) => ({ orderId, status }) as Order
const fill = (orderId: string) => ({ orderId }) as Fill

test('an order is heard once, when it is filled, in however many parts', () => {
  expect(heard([order('1', 'filled')], [fill('1'), fill('1'), fill('1')])).toEqual([{ sound: 'filled', orderId: '1' }])
  expect(heard([order('1', 'partially_filled')], [fill('1')])).toEqual([])
})

test('so is one that filled as far as it could, and one that was refused', () => {
  expect(heard([order('1', 'canceled'), order('2', 'rejected')], [fill('1')])).toEqual([
    { sound: 'filled', orderId: '1' },
    { sound: 'refused', orderId: '2' },
  ])
})

test('an order that is placed, changed or cancelled without a fill is not heard, nor one whose fills were known', () => {
  expect(heard([order('1', 'open'), order('2', 'canceled'), order('3', 'filled')], [fill('9')])).toEqual([])
})
