import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ExchangeRequest } from '../../bus/exchange-request.ts'
import { CancelOnDisconnect, graceOf } from './cancel-on-disconnect.ts'
import type { Identity } from './sessions.ts'

let told: ExchangeRequest[]
let watch: CancelOnDisconnect
beforeEach(() => {
  vi.useFakeTimers()
  told = []
  watch = new CancelOnDisconnect({
    ask: ({ request }) => {
      told.push(request)
      return Promise.reject(new Error('it hears nobody now'))
    },
  })
})
afterEach(() => {
  watch[Symbol.dispose]()
  vi.useRealTimers()
})

const hold = (holdMs: number, graceMs = 3_000, account = 7) => ({ event: 'connection.hold', account, graceMs, holdMs })

test('while a socket is there it is told thrice within the grace, and then that the grace runs', () => {
  watch.joined(7, 'a', 3_000)
  expect(told).toEqual([hold(5_000)])
  vi.advanceTimersByTime(3_000)
  expect(told).toEqual(Array.from({ length: 4 }, () => hold(5_000)))
  watch.left(7, 'a')
  expect(told.slice(4)).toEqual([hold(3_000)])
  vi.advanceTimersByTime(60_000)
  expect(told).toHaveLength(5)
})

test('of several sockets the last counts, and the longest grace', () => {
  watch.joined(7, 'a', 3_000)
  watch.joined(7, 'b', 6_000)
  expect(told.at(-1)).toEqual(hold(10_000, 6_000))
  watch.left(7, 'a')
  expect(told).toHaveLength(2)
  watch.left(7, 'b')
  expect(told.at(-1)).toEqual(hold(6_000, 6_000))
  watch.left(7, 'b')
  watch.left(8, 'c')
  expect(told).toHaveLength(3)
})

const trader: Identity = {
  ...{ account: 7, userId: undefined, scopes: ['read', 'trade'], source: 'api', credential: { kind: 'key', id: 'k' } },
}

test('a handshake asks for it with a number of milliseconds, of an account that it may trade for', () => {
  expect(graceOf(undefined, undefined)).toBeUndefined()
  expect(graceOf({ apiKey: 'x' }, trader)).toBeUndefined()
  expect(graceOf({ cancelOnDisconnect: 1_500 }, trader)).toBe(1_500)
  for (const cancelOnDisconnect of ['soon', -1, 0, 999, 1.5, 1e12, null, true]) {
    expect(() => graceOf({ cancelOnDisconnect }, trader)).toThrow('auth.cancelOnDisconnect: expected a whole number')
  }
  for (const identity of [undefined, { ...trader, scopes: ['read'] as const }]) {
    expect(() => graceOf({ cancelOnDisconnect: 1_500 }, identity)).toThrow('auth.cancelOnDisconnect needs an account')
  }
})
