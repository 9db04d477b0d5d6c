import { expect, test } from 'vitest'
import { amountOf } from './amounts.ts'

test('an amount is typed as people write it', () => {
  expect(amountOf('5k')).toEqual({ ok: true, text: '5000.00', cents: 500_000 })
  expect(amountOf('$1,234.560')).toEqual({ ok: true, text: '1234.56', cents: 123_456 })
  expect(amountOf('1.2345k')).toEqual({ ok: true, text: '1234.50', cents: 123_450 })
})

test('what is no amount says so, and an empty field says nothing', () => {
  expect(amountOf('')).toEqual({ ok: false, why: '' })
  expect(amountOf('lots')).toEqual({ ok: false, why: 'That is no amount' })
  expect(amountOf('0.00')).toEqual({ ok: false, why: 'More than $0.00' })
  expect(amountOf('1.234')).toEqual({ ok: false, why: 'At most two decimals' })
  expect(amountOf('1000000m')).toEqual({ ok: false, why: 'At most $1,000,000,000.00' })
})
