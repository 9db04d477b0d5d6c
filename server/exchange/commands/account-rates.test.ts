import { describe, expect, test } from 'vitest'
import { AccountRates, isRated } from './account-rates.ts'

const [ALICE, BOB] = [1, 2]
/** Orders 50 a second and 100 at once; cancels twice, changes of the account a tenth of that. */
const rates = () => new AccountRates({ ordersPerSecond: 50, ordersBurst: 100 })

type Event = Parameters<AccountRates['take']>[1]
/** What is left after each of so many requests at one moment, and after how many ms the refused ones may come. */
const takes = (of: AccountRates, event: Event, times: number, { account = ALICE, nowMs = 0 } = {}) =>
  Array.from({ length: times }, () => of.take(account, event, nowMs))

describe.each([
  { kind: 'orders', burst: 100, perSecond: 50, events: ['order.place', 'order.amend', 'position.protect'] },
  {
    ...{ kind: 'cancels', burst: 200, perSecond: 100 },
    events: ['order.cancel', 'order.cancelAll', 'position.close', 'cancelAfter'],
  },
  {
    ...{ kind: 'changes of the account', burst: 10, perSecond: 5 },
    events: ['account.update', 'account.deposit', 'account.withdraw', 'account.reset', 'accounts.create'],
  },
] as const)('$kind', ({ burst, perSecond, events }) => {
  test(`are refused after ${burst} at once, with when the next may come`, () => {
    const at = rates()
    const taken = takes(at, events[0], burst + 1)
    expect(taken.map(({ retryAfterMs }) => retryAfterMs)).toEqual([
      ...Array.from({ length: burst }, () => 0),
      1_000 / perSecond,
    ])
    expect(taken.map(({ rate }) => rate.remaining)).toEqual([...Array.from({ length: burst }, (_, i) => burst - 1 - i), 0]) // prettier-ignore
    expect(taken.at(-1)?.rate).toEqual({ remaining: 0, resetMs: (burst * 1_000) / perSecond })
  })

  test(`come back at ${perSecond} a second, and not before`, () => {
    const at = rates()
    const ofNext = (nowMs: number) => at.take(ALICE, events[0], nowMs).retryAfterMs
    takes(at, events[0], burst)
    const nextMs = 1_000 / perSecond
    expect([ofNext(nextMs - 1), ofNext(nextMs), ofNext(nextMs)]).toEqual([1, 0, nextMs])
    const later = takes(at, events[0], perSecond + 1, { nowMs: nextMs + 1_000 })
    expect(later.filter(({ retryAfterMs }) => retryAfterMs === 0)).toHaveLength(perSecond)
  })

  test('that are only looked at do not count', () => {
    const at = rates()
    for (let i = 0; i < 3; i++) expect(at.look(ALICE, events[0], 0)).toEqual({ rate: { remaining: burst, resetMs: 0 }, retryAfterMs: 0 }) // prettier-ignore
    takes(at, events[0], burst)
    expect(at.look(ALICE, events[0], 0)).toEqual(at.take(ALICE, events[0], 0))
  })

  test('are counted together, whatever they are called', () => {
    const at = rates()
    takes(at, events[0], burst)
    for (const event of events) expect([event, at.take(ALICE, event, 0).retryAfterMs]).toEqual([event, 1_000 / perSecond]) // prettier-ignore
  })
})

test('orders, cancels and changes of the account take nothing from each other', () => {
  const at = rates()
  for (const [event, burst] of [
    ['order.place', 100],
    ['order.cancel', 200],
    ['account.deposit', 10],
  ] as const) {
    expect(takes(at, event, burst + 1).filter(({ retryAfterMs }) => retryAfterMs > 0)).toHaveLength(1)
  }
})

test('accounts take nothing from each other', () => {
  const at = rates()
  takes(at, 'order.place', 100)
  expect(at.take(BOB, 'order.place', 0)).toEqual({ rate: { remaining: 99, resetMs: 20 }, retryAfterMs: 0 })
  expect(at.take(ALICE, 'order.place', 0).retryAfterMs).toBe(20)
})

test('who has not got all back yet is not forgotten when those who have are', () => {
  const at = rates()
  takes(at, 'account.deposit', 10, { nowMs: 59_000 })
  takes(at, 'order.place', 100, { nowMs: 59_000, account: BOB })
  // A minute has passed: what is full is dropped.
  expect(at.take(ALICE, 'account.deposit', 60_000).rate.remaining).toBe(4)
  expect(at.take(BOB, 'order.place', 60_000).rate.remaining).toBe(49)
  expect(at.take(BOB, 'order.place', 120_001).rate.remaining).toBe(99)
})

test('once a minute, who has got all back is forgotten', () => {
  const at = rates()
  at.take(ALICE, 'order.place', 60_000)
  at.take(ALICE, 'order.cancel', 60_000)
  at.take(ALICE, 'account.deposit', 60_000)
  at.take(BOB, 'order.place', 119_999)
  expect(at.size).toBe(4)
  at.take(BOB, 'order.cancel', 120_000)
  expect(at.size).toBe(2)
  at.take(ALICE, 'order.place', 179_999)
  expect(at.size).toBe(3)
})

test('what reads has no rate here, nor has what no version knows', () => {
  expect(['order.place', 'accounts.create'].map(isRated)).toEqual([true, true])
  expect(['account', 'order.get', 'toString', ''].map(isRated)).toEqual([false, false, false, false])
})
