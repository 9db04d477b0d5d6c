import type { Answer } from '@valiant/shared/protocol/events'
import { expect, it } from 'vitest'
import { orderIdsOf } from './order-ids.ts'

const placed: Answer = { ok: true, data: { orderId: '7-1', clientOrderId: 'mine', status: 'open' } }
const refused: Answer = { ok: false, error: { code: 'NO_LIQUIDITY', message: 'No.', outcome: 'not_executed' } }

it('an accepted order has the ids of its answer, a refused one those of its request', () => {
  expect(orderIdsOf({ clientOrderId: 'mine' }, placed)).toEqual({ order: '7-1', clientOrderId: 'mine' })
  expect(orderIdsOf({ clientOrderId: 'mine' }, refused)).toEqual({ clientOrderId: 'mine' })
  expect(orderIdsOf({ orderId: '7-1' }, refused)).toEqual({ order: '7-1' })
})

it.each([
  undefined,
  null,
  'mine',
  ['mine'],
  { clientOrderId: { deep: 1 } },
  { orderId: 'a b' },
  { orderId: 'x'.repeat(99) },
])('what is no id names no order: %j', (payload) => {
  expect(orderIdsOf(payload, refused)).toEqual({})
})
