import { INTERVAL_MS } from '@valiant/shared/protocol/market-data'
import { Server } from 'socket.io'
import { afterEach, expect, test, vi } from 'vitest'
import { Feed, startOf } from '../../feed/feed.ts'
import { frameOf, listed } from '../../feed/frames.fixture.ts'
import { requesterOf } from '../sessions/sessions.ts'
import { MarketSubscriptions } from './market-subscriptions.ts'
import { marketOf } from './market.ts'

const NOW = Date.UTC(2026, 0, 20, 9, 17, 34)
const HOUR = INTERVAL_MS['1h']

/** A market with ten hours in memory, whose database answers with the given promise. */
function marketOver(fails: () => Promise<never>) {
  const feed = new Feed({ instruments: [listed('NOVA')] })
  const prices = { openTicks: 10_000, highTicks: 10_000, lowTicks: 10_000, closeTicks: 10_000 }
  const minutes = Array.from({ length: 600 }, (_, i) => startOf(NOW, 60_000) - (600 - i) * 60_000)
  const traded = { volumeLots: 1, trades: 1, turnover: 10_000 }
  const bars = minutes.map((startAtMs) => ({ startAtMs, ...prices, ...traded }))
  feed.seed('NOVA', '1m', bars)
  feed.apply(frameOf({ seq: 1, timeMs: NOW, full: true }))
  return marketOf({
    feed,
    bars: { bars: fails, barBefore: fails, barEnds: fails },
    archive: { list: fails },
    subscriptions: new MarketSubscriptions({ io: new Server(), feed, subscriptionsMax: 1 }),
  })
}

afterEach(() => vi.useRealTimers())

const lost = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

test('while the database is away, pages show the candles in memory, and requests for candles fail', async () => {
  const market = marketOver(() => Promise.reject(lost))
  for (const [interval, limit] of [
    ['1m', 500],
    ['5m', 288],
  ] as const) {
    const candles = await market.candles({ symbol: 'NOVA', interval, limit })
    const last = startOf(NOW, INTERVAL_MS[interval])
    expect([candles.at(0)?.[0], candles.at(-1)?.[0]]).toEqual(
      interval === '1m' ? [last - 499 * 60_000, last] : [startOf(NOW - 10 * HOUR, INTERVAL_MS['5m']), last],
    )
  }
  const visitor = requesterOf(undefined, { socketId: undefined, receivedAtMs: NOW })
  const asked = async () => market.handlers.candles({ symbol: 'NOVA', interval: '1m' }, visitor)
  await expect(asked()).rejects.toThrow('ECONNREFUSED')
})

test('a defect is not mistaken for a database that is away', async () => {
  const market = marketOver(() => Promise.reject(new TypeError('a defect')))
  await expect(market.candles({ symbol: 'NOVA', interval: '1m' })).rejects.toThrow('a defect')
})

test('a page does not wait for a database that never answers', async () => {
  vi.useFakeTimers()
  const market = marketOver(() => new Promise<never>(() => undefined))
  const candles = market.candles({ symbol: 'NOVA', interval: '5m', limit: 288 })
  await vi.advanceTimersByTimeAsync(4_900)
  expect((await candles).at(-1)?.[0]).toBe(startOf(NOW, INTERVAL_MS['5m']))
})
