import { expect, test } from 'vitest'
import { rateOf } from './account-rates.ts'

test('cancels have twice the rate of orders, changes of the account a tenth', () => {
  const limits = { ordersPerSecond: 59, ordersBurst: 219 }
  expect(rateOf('order', limits)).toEqual({ perSecond: 59, burst: 219 })
  expect(rateOf('cancel', limits)).toEqual({ perSecond: 118, burst: 438 })
  expect(rateOf('account', limits)).toEqual({ perSecond: 5, burst: 21 })
})

test('however few orders an operator allows, an account can still be changed', () => {
  expect(rateOf('account', { ordersPerSecond: 1, ordersBurst: 1 })).toEqual({ perSecond: 1, burst: 10 })
})
