import { expect, it } from 'vitest'
import type { AccountFrame, AccountSnapshot } from '../protocol/account.ts'
import { accountAfter, followOf } from './account-mirror.ts'

const order = (orderId: string, status: string) => ({ orderId, status }) as AccountSnapshot['openOrders'][number]
const position = (symbol: string, qty: string) => ({ symbol, qty }) as AccountSnapshot['positions'][number]
const before: AccountSnapshot = {
  seq: 4,
  account: { cash: '100.00' } as AccountSnapshot['account'],
  openOrders: [order('1', 'open'), order('2', 'open')],
  positions: [position('NOVA', '5'), position('EUR-USD', '1000')],
}
const frame = (seq: number): AccountFrame => ({
  epoch: 1,
  seq,
  time: 0,
  cause: 'trade',
  orders: [order('2', 'filled'), order('3', 'open')],
  fills: [],
  positions: [position('NOVA', '0'), position('LUMA', '2')],
  balance: { cash: '90.00' } as AccountSnapshot['account'],
})

it('replaces changed orders and positions; closed orders and flat positions are removed', () => {
  const after = accountAfter(before, frame(5))
  expect(after.seq).toBe(5)
  expect(after.account.cash).toBe('90.00')
  expect(after.openOrders.map(({ orderId }) => orderId)).toEqual(['1', '3'])
  expect(after.positions.map(({ symbol }) => symbol)).toEqual(['EUR-USD', 'LUMA'])
})

it('applies the next frame, ignores earlier ones, and detects a missing one', () => {
  expect([3, 4, 5, 6].map((seq) => followOf(before, frame(seq)))).toEqual(['known', 'known', 'apply', 'gap'])
})
