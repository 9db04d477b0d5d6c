import { expect, test } from 'vitest'
import type { LedgerEntry } from '@valiant/shared/protocol/account'
import type { Order } from '@valiant/shared/protocol/order'
import { ledgerColumns, orderColumns } from './columns.ts'

test('money of the ledger is in dollars, assets in units, both with a sign', () => {
  const columns = ledgerColumns({ nowMs: 0, listing: () => undefined })
  const amount = (entry: Partial<LedgerEntry>) =>
    columns.find(({ head }) => head === 'Amount')?.text(entry as LedgerEntry)
  expect(amount({ asset: 'USD', amount: '-921.65' })).toBe('−$921.65')
  expect(amount({ asset: 'NOVA', amount: '5' })).toBe('+5')
})

test('entries have labels, an unknown kind its own name', () => {
  const [, kind] = ledgerColumns({ nowMs: 0, listing: () => undefined })
  const named = ['borrow', 'withdraw', 'dividend', 'round_trip'].map((entry) =>
    kind?.text({ kind: entry } as LedgerEntry),
  )
  expect(named).toEqual(['Borrow fee', 'Withdrawal', 'Dividend', 'Round trip'])
})

test('a phone shows the average price of an order, or its own price without fills', () => {
  const at = orderColumns({ nowMs: 0, listing: () => undefined }).find(({ head }) => head === 'At')
  const text = (order: Partial<Order>) => at?.text(order as Order)
  expect(text({ type: 'market', avgPrice: '184.3366' })).toBe('184.34')
  expect(text({ type: 'limit', avgPrice: '184.3', limitPrice: '184.40' })).toBe('184.30')
  expect(text({ type: 'limit', avgPrice: null, limitPrice: '184.40' })).toBe('184.40')
  expect(text({ type: 'market', avgPrice: null })).toBe('–')
})
