import { expect, test } from 'vitest'
import type { LedgerEntry } from '@valiant/shared/protocol/account'
import type { Order } from '@valiant/shared/protocol/order'
import { moneyColumns } from '#lib/portfolio/columns.ts'
import { ledgerColumns, orderColumns } from './columns.ts'

test('money of the ledger is in dollars, assets in units, both with a sign', () => {
  const columns = ledgerColumns({ nowMs: 0, listing: () => undefined })
  const amount = (entry: Partial<LedgerEntry>) =>
    columns.find(({ head }) => head === 'Amount')?.text(entry as LedgerEntry)
  expect(amount({ asset: 'USD', amount: '-921.65' })).toBe('−$921.65')
  expect(amount({ asset: 'NOVA', amount: '5' })).toBe('+5')
})

test('a note is a column, below the row on a phone, and always below it in a narrow panel', () => {
  const context = { nowMs: 0, listing: () => undefined }
  const note = ledgerColumns(context).find(({ head }) => head === 'Note')
  expect([note?.below, note?.text({ note: 'VLNT 0.25 per share' } as LedgerEntry)]).toEqual([
    'phone',
    'VLNT 0.25 per share',
  ])
  expect(note?.text({ kind: 'trade' } as LedgerEntry)).toBe('')
  expect(moneyColumns(context).find(({ head }) => head === 'Note')?.below).toBe('always')
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
