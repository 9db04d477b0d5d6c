import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ExchangeRequest } from '../../bus/exchange-request.ts'
import { cancelOnDisconnect } from '../requests/cancel-on-disconnect.ts'
import { RequestFailure } from '../answering/wire-error.ts'
import type { Requester } from '../requests/request.ts'
import { CancelOnDisconnect, graceOf } from './cancel-on-disconnect.ts'
import type { Identity } from './sessions.ts'

let sent: ExchangeRequest[]
let watch: CancelOnDisconnect
let hears: boolean
beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  hears = false
  watch = new CancelOnDisconnect({
    ask: ({ request }) => {
      sent.push(request)
      return hears ? Promise.resolve({ ok: true, data: {} }) : Promise.reject(new Error('the exchange is unavailable'))
    },
  })
})
afterEach(() => {
  watch[Symbol.dispose]()
  vi.useRealTimers()
})

const hold = (holdMs: number, graceMs = 3_000, account = 7) => ({ event: 'connection.hold', account, graceMs, holdMs })

test('while a socket is connected the exchange is notified three times per grace, and then that the grace begins', () => {
  watch.joined(7, 'a', 3_000)
  expect(sent).toEqual([hold(5_000)])
  vi.advanceTimersByTime(3_000)
  expect(sent).toEqual(Array.from({ length: 4 }, () => hold(5_000)))
  watch.left(7, 'a')
  expect(sent.slice(4)).toEqual([hold(3_000)])
  vi.advanceTimersByTime(60_000)
  expect(sent).toHaveLength(5)
})

test('with several sockets the grace begins when the last disconnects, and the longest counts', () => {
  watch.joined(7, 'a', 3_000)
  watch.joined(7, 'b', 6_000)
  expect(sent.at(-1)).toEqual(hold(10_000, 6_000))
  watch.left(7, 'a')
  expect(sent).toHaveLength(2)
  watch.left(7, 'b')
  expect(sent.at(-1)).toEqual(hold(6_000, 6_000))
  watch.left(7, 'b')
  watch.left(8, 'c')
  expect(sent).toHaveLength(3)
})

const release = { event: 'connection.release', account: 7 }

test('a socket that withdraws disconnects without effect; the release is repeated until the exchange accepts it', async () => {
  watch.joined(7, 'a', 3_000)
  watch.withdrew(7, 'a')
  watch.left(7, 'a')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(sent).toEqual([hold(5_000), release, release, release])
  hears = true
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent).toHaveLength(5)
})

test('after a release, the sockets that still want cancel-on-disconnect are reported again', async () => {
  hears = true
  watch.joined(7, 'a', 3_000)
  watch.joined(7, 'b', 6_000)
  watch.withdrew(7, 'b')
  await vi.advanceTimersByTimeAsync(0)
  expect(sent.slice(2)).toEqual([release, hold(5_000)])
  watch.left(7, 'a')
  expect(sent.at(-1)).toEqual(hold(3_000))
})

test('a request of a socket that has disconnected meanwhile starts the grace', () => {
  const serve = cancelOnDisconnect({ watch, isConnected: () => false })
  void serve({ graceMs: 3_000 }, { ...asker, socketId: 'a' })
  expect(sent).toEqual([hold(5_000), hold(3_000)])
  vi.advanceTimersByTime(60_000)
  expect(sent).toHaveLength(2)
  expect(() => serve({ graceMs: 999 }, { ...asker, socketId: 'a' })).toThrow('0, or at least 1000')
})

const asker: Requester = {
  ...{ account: 7, userId: 'u', scopes: ['read', 'trade'], source: 'web', socketId: undefined, receivedAtMs: 0 },
}
const trader: Identity = {
  ...{ account: 7, userId: undefined, scopes: ['read', 'trade'], source: 'api', credential: { kind: 'key', id: 'k' } },
}

test('a handshake requests it in milliseconds, for an account that it may trade for', () => {
  expect(graceOf(undefined, undefined)).toBeUndefined()
  expect(graceOf({ apiKey: 'x' }, trader)).toBeUndefined()
  expect(graceOf({ cancelOnDisconnect: 1_500 }, trader)).toBe(1_500)
  for (const cancelOnDisconnect of ['soon', -1, 0, 999, 1.5, 1e12, null, true]) {
    expect(() => graceOf({ cancelOnDisconnect }, trader)).toThrow('auth.cancelOnDisconnect: expected a whole number')
  }
  const codeFor = (identity: Identity | undefined) => {
    try {
      return graceOf({ cancelOnDisconnect: 1_500 }, identity)
    } catch (error) {
      return error instanceof RequestFailure && error.error.code
    }
  }
  expect(codeFor(undefined)).toBe('UNAUTHENTICATED')
  expect(codeFor({ ...trader, scopes: ['read'] })).toBe('FORBIDDEN')
})
