import { expect, test } from 'vitest'
import { isAnswerOf } from './judge.ts'
import type { Asked, Told } from './trading-log.ts'

const acked = (status: 'open' | 'canceled' | 'filled', orderId = '1'): Told => ({
  as: 'acked',
  order: { orderId, status, filledQty: status === 'filled' ? '1' : '0', fills: [] },
})
const asked = (told: Told, by: Asked['by'] = 'sdk'): Asked => ({
  ...{ trader: 0, by, account: 17, sentAt: 0, toldAt: 0, told },
  order: { clientOrderId: 'a', symbol: 'NOVA', side: 'buy', type: 'market', qty: '1' },
})

test('the answer under an id stays the same', () => {
  expect(isAnswerOf(asked(acked('open'), 'wire'), acked('open'))).toBe(true)
  expect(isAnswerOf(asked(acked('open'), 'wire'), acked('canceled'))).toBe(false)
  expect(isAnswerOf(asked(acked('filled')), acked('canceled'))).toBe(false)
})

test('only the SDK may report an order that was open as it stands later', () => {
  expect(isAnswerOf(asked(acked('open')), acked('canceled'))).toBe(true)
  expect(isAnswerOf(asked(acked('open')), acked('canceled', '2'))).toBe(false)
  expect(isAnswerOf(asked(acked('open')), { as: 'unknown' })).toBe(false)
})
