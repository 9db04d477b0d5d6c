import { expect, test } from 'vitest'
import { StaleEpochFilter } from './stale-epoch-filter.ts'

const message = (event: string, epoch: number, account = 17) => [
  'sender',
  { type: 2, nsp: '/', data: [event, { epoch, seq: 1 }] },
  { rooms: [`account:${account}`] },
]
const isPassed = (filter: StaleEpochFilter, one: unknown[]) => (filter.pass(one) as unknown[])[1] !== undefined

test('an account frame with a lower epoch than the highest seen is dropped, for any account', () => {
  const filter = new StaleEpochFilter()
  expect(
    [message('account', 3), message('account', 3), message('account', 4)].map((one) => isPassed(filter, one)),
  ).toEqual([true, true, true])
  expect(isPassed(filter, message('account', 3, 18))).toBe(false)
  expect(isPassed(filter, message('account', 4, 18))).toBe(true)
})

test('other messages pass unchanged', () => {
  const filter = new StaleEpochFilter()
  filter.pass(message('account', 9))
  const other = message('orders', 1)
  expect(filter.pass(other)).toBe(other)
  const request = ['sender', { nsp: '/' }, {}]
  expect(filter.pass(request)).toBe(request)
})

test('frames that come past the adapter count, too', () => {
  const filter = new StaleEpochFilter()
  expect([2, 1, 2, 3, 2].map((epoch) => filter.isOver(epoch))).toEqual([false, true, false, false, true])
  expect(isPassed(filter, message('account', 2))).toBe(false)
})
