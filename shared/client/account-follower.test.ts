import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, expect, test, vi } from 'vitest'
import type { AccountFrame, AccountSnapshot } from '../protocol/account.ts'
import type { Welcome } from '../protocol/events.ts'
import { AccountFollower } from './account-follower.ts'
import { RequestRefused } from './errors.ts'

const snapshotAt = (seq: number, id = 'A'): AccountSnapshot => ({
  seq,
  account: { id } as AccountSnapshot['account'],
  openOrders: [],
  positions: [],
})
const frame = (seq: number) =>
  ({ epoch: 1, seq, orders: [], fills: [], positions: [], balance: { id: 'A' } }) as unknown as AccountFrame
const welcome = (accountId: string | undefined, resumed: boolean) => ({ accountId, resumed }) as Welcome

const ask = vi.fn<() => Promise<AccountSnapshot>>()
const changed = vi.fn<(snapshot: AccountSnapshot) => void>()
/** The frames that were applied. */
let framed: number[]
const follow = (snapshot?: AccountSnapshot) =>
  new AccountFollower(snapshot, { ask, changed, framed: ({ seq }) => void framed.push(seq) })

beforeEach(() => {
  ask.mockReset().mockResolvedValue(snapshotAt(9))
  changed.mockClear()
  framed = []
})

test('a connection that resumes its account asks for nothing; one that does not, or has none yet, asks for it whole', async () => {
  const follower = follow(snapshotAt(4))
  follower.welcome(welcome('A', true))
  expect(ask).not.toHaveBeenCalled()
  follower.welcome(welcome('A', false))
  await turn()
  expect([ask.mock.calls.length, follower.snapshot?.seq]).toEqual([1, 9])
  follow().welcome(welcome('A', true))
  expect(ask).toHaveBeenCalledTimes(2)
})

test('another account replaces the one that was followed; a public connection has none', async () => {
  const follower = follow(snapshotAt(4))
  ask.mockResolvedValue(snapshotAt(2, 'B'))
  follower.welcome(welcome('B', true))
  expect(follower.snapshot).toBeUndefined()
  await turn()
  expect(follower.snapshot?.account.id).toBe('B')
  follower.welcome(welcome(undefined, false))
  expect([follower.snapshot, ask.mock.calls.length]).toEqual([undefined, 1])
})

test('an answer about an account that is no longer followed is ignored', async () => {
  const follower = follow()
  follower.welcome(welcome('A', false))
  follower.forget(snapshotAt(1, 'B'))
  await turn()
  expect([follower.snapshot?.account.id, changed.mock.calls]).toEqual(['B', []])
})

test('frames that arrive before the account are applied to it, in order and without those that it contains', async () => {
  const follower = follow()
  follower.welcome(welcome('A', false))
  for (const seq of [11, 9, 10]) follower.take(frame(seq))
  await turn()
  expect([framed, follower.snapshot?.seq]).toEqual([[10, 11], 11])
})

test('a missing frame has the whole account requested, once', async () => {
  const follower = follow(snapshotAt(4))
  for (const seq of [5, 7, 8]) follower.take(frame(seq))
  expect(framed).toEqual([5])
  await turn()
  expect([ask.mock.calls.length, follower.snapshot?.seq]).toEqual([1, 9])
})

test('a heartbeat that stays ahead for two beats shows that the last frame was lost', () => {
  const follower = follow(snapshotAt(4))
  for (const seq of [4, undefined, 5, 4, 5]) follower.heard(seq)
  expect(ask).not.toHaveBeenCalled()
  follower.take(frame(5))
  follower.heard(6)
  expect(ask).not.toHaveBeenCalled()
  follower.heard(6)
  expect(ask).toHaveBeenCalledOnce()
})

test('a request that failed is repeated by each heartbeat until it succeeds', async () => {
  const follower = follow(snapshotAt(4))
  ask.mockRejectedValue(new Error('no answer'))
  follower.restart()
  await turn()
  follower.heard(4)
  await turn()
  expect(ask).toHaveBeenCalledTimes(2)
  ask.mockResolvedValue(snapshotAt(9))
  follower.heard(4)
  await turn()
  follower.heard(9)
  expect([ask.mock.calls.length, follower.snapshot?.seq]).toEqual([3, 9])
})

test('an account that may not be read is not requested again before the next connection', async () => {
  const follower = follow()
  ask.mockRejectedValue(new RequestRefused({ code: 'FORBIDDEN', message: '', outcome: 'not_executed' }))
  follower.welcome(welcome('A', false))
  await turn()
  follower.heard(4)
  follower.take(frame(5))
  expect(ask).toHaveBeenCalledOnce()
  follower.welcome(welcome('A', false))
  expect(ask).toHaveBeenCalledTimes(2)
})
