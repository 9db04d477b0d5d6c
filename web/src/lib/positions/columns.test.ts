import { expect, test } from 'vitest'
import type { LedgerEntry } from '@valiant/shared/protocol/account'
import { ledgerColumns, statusOf } from './columns.ts'

test('an order’s state is said in words', () => {
  expect(statusOf({ status: 'rejected' })).toBe('Refused')
  expect(statusOf({ status: 'canceled', reason: 'ioc_remainder' })).toBe('Cancelled, none left at its price')
  expect(statusOf({ status: 'canceled', reason: 'user' })).toBe('Cancelled')
})

test('money of the ledger is in dollars, assets in units, both with a sign', () => {
  const columns = ledgerColumns({ nowMs: 0, listing: () => undefined })
  const amount = (entry: Partial<LedgerEntry>) =>
    columns.find(({ head }) => head === 'Amount')?.text(entry as LedgerEntry)
  expect(amount({ asset: 'USD', amount: '-921.65' })).toBe('−$921.65')
  expect(amount({ asset: 'NOVA', amount: '5' })).toBe('+5')
})
