import { expect, test } from 'vitest'
import { isAnswerOf } from './judge.ts'
import type { Reported, SentOrder } from './trading-log.ts'

const acked = (status: 'open' | 'canceled' | 'filled', orderId = '1'): Reported => ({
  as: 'acked',
  order: { orderId, status, filledQty: status === 'filled' ? '1' : '0', fills: [] },
})
const sent = (reported: Reported, by: SentOrder['by'] = 'sdk'): SentOrder => ({
  ...{ trader: 0, by, account: 17, sentAt: 0, reportedAt: 0, reported },
  order: { clientOrderId: 'a', symbol: 'NOVA', side: 'buy', type: 'market', qty: '1' },
})

test('the answer under an id stays the same', () => {
  expect(isAnswerOf(sent(acked('open'), 'wire'), acked('open'))).toBe(true)
  expect(isAnswerOf(sent(acked('open'), 'wire'), acked('canceled'))).toBe(false)
  expect(isAnswerOf(sent(acked('filled')), acked('canceled'))).toBe(false)
})

test('only the SDK may report an order that was open as it stands later', () => {
  expect(isAnswerOf(sent(acked('open')), acked('canceled'))).toBe(true)
  expect(isAnswerOf(sent(acked('open')), acked('canceled', '2'))).toBe(false)
  expect(isAnswerOf(sent(acked('open')), { as: 'unknown' })).toBe(false)
})
