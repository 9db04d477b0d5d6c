import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { clientAddressOf, watchedForProxies } from './client-address.ts'
import { NewUserQuota, gatewayLimits, Limit, limitKey } from './limits.ts'
import { Origins } from '../http/origin.ts'

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['unknown', 'unknown'],
])('%s counts as %s', (address, key) => {
  expect(limitKey(address)).toBe(key)
})

describe('in time', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('a limit says how long to wait, and allows more then, not before', async () => {
    const limit = new Limit(2, 1)
    expect([await limit.take('a'), await limit.take('a')]).toEqual([0, 0])
    await vi.advanceTimersByTimeAsync(400)
    expect(await limit.take('a')).toBe(600)
    expect(await limit.take('b')).toBe(0)
    await vi.advanceTimersByTimeAsync(599)
    expect(await limit.take('a')).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await limit.take('a')).toBe(0)
  })

  test('a limit says what is left of it, without taking any', async () => {
    const limit = new Limit(2, 1)
    expect(await limit.left('a')).toEqual({ remaining: 2, resetMs: 0 })
    await limit.take('a')
    await vi.advanceTimersByTimeAsync(400)
    expect([await limit.left('a'), await limit.left('a')]).toEqual(Array(2).fill({ remaining: 1, resetMs: 600 }))
    for (let i = 0; i < 3; i++) await limit.take('a')
    expect(await limit.left('a')).toEqual({ remaining: 0, resetMs: 600 })
    expect(await limit.left('b')).toEqual({ remaining: 2, resetMs: 0 })
  })

  test('a forgotten key starts over, others do not', async () => {
    const limit = new Limit(1, 1)
    for (const key of ['a', 'b']) await limit.take(key)
    await limit.forget('a')
    expect([await limit.take('a'), await limit.take('b')]).toEqual([0, 1_000])
  })

  const quotaOf = (quota: { guestsPerMinute: number; guestsPerHour: number }) =>
    new NewUserQuota(
      gatewayLimits({
        ...{ ordersPerSecond: 1, ordersBurst: 1, openOrders: 1, requestsPerSecond: 1, pagesPerSecond: 1 },
        ...{
          socketsPerAccount: 1,
          publicSocketsPerAddress: 1,
          preferences: 1,
          preferenceBytesTotal: 1,
          alerts: 1,
          drainSpreadMs: 0,
        },
        ...quota,
      }),
    )

  test('guests of one /64 share their quota', async () => {
    const quota = quotaOf({ guestsPerMinute: 2, guestsPerHour: 3 })
    expect([await quota.take('2001:db8::1'), await quota.take('2001:db8::2')]).toEqual([0, 0])
    expect(await quota.take('2001:db8::3')).toBe(60_000)
    expect(await quota.take('2001:db8:0:1::3')).toBe(0)
  })

  test('guests of an hour are counted too, those that were made and no others', async () => {
    const quota = quotaOf({ guestsPerMinute: 2, guestsPerHour: 3 })
    for (let i = 0; i < 9; i++) await quota.take('9.9.9.9')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await quota.take('9.9.9.9')).toBe(0)
    expect(await quota.take('9.9.9.9')).toBe(3_540_000)
    await vi.advanceTimersByTimeAsync(3_540_000)
    expect(await quota.take('9.9.9.9')).toBe(0)
  })
})

describe('the address of a client', () => {
  const requestFrom = (peer: string, forwarded?: string, proto?: string) => {
    const socket = new Socket()
    Object.defineProperty(socket, 'remoteAddress', { value: peer })
    const request = new IncomingMessage(socket)
    if (forwarded !== undefined) request.headers['x-forwarded-for'] = forwarded
    if (proto !== undefined) request.headers['x-forwarded-proto'] = proto
    return request
  }
  test('is the peer’s unless a proxy is trusted', () => {
    expect(clientAddressOf('')(requestFrom('9.9.9.9', '1.1.1.1'))).toBe('9.9.9.9')
    expect(clientAddressOf('1')(requestFrom('9.9.9.9', '1.1.1.1'))).toBe('1.1.1.1')
    expect(clientAddressOf('10.0.0.0/8, 127.0.0.1')(requestFrom('9.9.9.9', '1.1.1.1'))).toBe('9.9.9.9')
    expect(clientAddressOf('9.0.0.0/8')(requestFrom('9.9.9.9', '1.1.1.1'))).toBe('1.1.1.1')
  })
  test('cannot be forged before the trusted hop', () => {
    expect(clientAddressOf('1')(requestFrom('9.9.9.9', '6.6.6.6, 1.1.1.1'))).toBe('1.1.1.1')
  })
  describe('behind a proxy', () => {
    const UNTRUSTED = expect.stringContaining('TRUST_PROXY') as string
    const watched = (trustProxy: string, publicOrigin?: string) => {
      const warn = vi.fn()
      const addressOf = watchedForProxies(clientAddressOf(trustProxy), { trustProxy, publicOrigin }, { warn })
      return { warn, visit: (...from: Parameters<typeof requestFrom>) => addressOf(requestFrom(...from)) }
    }
    test('is one for all if the proxy is not trusted, which is logged once', () => {
      const { warn, visit } = watched('10.0.0.0/8')
      for (const client of ['1.1.1.1', '2.2.2.2']) expect(visit('::ffff:172.18.0.2', client)).toMatch(/172\.18\.0\.2/)
      expect(warn.mock.calls).toEqual([[{ peer: '::ffff:172.18.0.2' }, UNTRUSTED]])
    })
    test('logs nothing without a proxy, of one that is trusted or refused on purpose, and of what a client invents', () => {
      const { warn: unset, visit } = watched('')
      visit('10.0.0.2')
      visit('9.9.9.9', '1.1.1.1', 'https')
      const { warn: trusted, visit: visitTrusting } = watched('1', 'https://valiant.example')
      visitTrusting('10.0.0.2', '1.1.1.1', 'https')
      visitTrusting('127.0.0.1', '127.0.0.1', 'https') // a client on the machine of the proxy
      const { warn: refused, visit: visitRefusing } = watched('0')
      visitRefusing('10.0.0.2', '1.1.1.1', 'http')
      expect([unset, trusted, refused].flatMap(({ mock }) => mock.calls)).toEqual([])
    })
    test('that speaks TLS needs a PUBLIC_ORIGIN, without which that is logged once', () => {
      const { warn, visit } = watched('1')
      for (let i = 0; i < 2; i++) visit('10.0.0.2', '1.1.1.1', 'https')
      expect(warn.mock.calls).toEqual([[{ peer: '10.0.0.2' }, expect.stringContaining('PUBLIC_ORIGIN')]])
    })
  })
  test('is configured by a number of hops or by addresses only', () => {
    expect(() => clientAddressOf('the proxy')).toThrow(TypeError)
  })
})

describe('an origin', () => {
  const of = (origin: string | undefined, host: string, publicOrigin?: string) =>
    new Origins(publicOrigin).of({ host, ...(origin !== undefined && { origin }) })
  test('is own if it is the requested host or the public one', () => {
    expect(of('http://localhost:3000', 'localhost:3000')).toBe('own')
    expect(of('https://valiant.example', '10.0.0.3:3000', 'https://valiant.example/')).toBe('own')
  })
  test('is foreign if it is the public one without TLS', () => {
    expect(of('http://valiant.example', 'valiant.example', 'https://valiant.example')).toBe('foreign')
    expect(of('http://localhost:3000', 'localhost:3000', 'https://valiant.example')).toBe('own')
    expect(of('https://valiant.example', 'valiant.example', 'http://valiant.example')).toBe('own')
  })
  test('is foreign otherwise, and none without the header', () => {
    const foreign = ['https://evil.example', 'null', '', 'http://localhost:3001', 'file://localhost:3000', 'http://']
    for (const origin of foreign) expect(of(origin, 'localhost:3000')).toBe('foreign')
    expect(of(undefined, 'localhost:3000')).toBe('none')
  })
})
