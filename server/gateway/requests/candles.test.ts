import { type Candle, INTERVAL_MS, type Interval } from '@valiant/shared/protocol/market-data'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type Bar, type BarWidth, Feed, startOf } from '../../feed/feed.ts'
import { changeOf, frameOf, listed } from '../../feed/frames.fixture.ts'
import type { BarHistory } from '../market/bar-history.ts'
import { candlePages, type CandlePages } from './candles.ts'

const NOW = Date.UTC(2026, 0, 20, 9, 17, 34)
const DAYS = 20
const FIRST = startOf(NOW, INTERVAL_MS['1d']) - DAYS * INTERVAL_MS['1d'] + 7 * 60_000

/** Stored bars in arrays; counts how many it returns. */
class StoredBars implements BarHistory {
  read = 0
  readonly #bars: Record<BarWidth, readonly Bar[]>
  constructor(bars: Record<BarWidth, readonly Bar[]>) {
    this.#bars = bars
  }
  bars(width: BarWidth, _symbol: string, { fromMs, toMs }: { fromMs: number; toMs: number }): Promise<Bar[]> {
    const found = this.#bars[width].filter((bar) => bar.startAtMs >= fromMs && bar.startAtMs < toMs)
    this.read += found.length
    return Promise.resolve(found)
  }
  barBefore(width: BarWidth, _symbol: string, beforeMs: number): Promise<Bar | undefined> {
    return Promise.resolve(this.#bars[width].findLast((bar) => bar.startAtMs < beforeMs))
  }
  barEnds(width: BarWidth): Promise<{ symbol: string; firstMs: number }[]> {
    const first = this.#bars[width][0]
    return Promise.resolve(first ? [{ symbol: 'NOVA', firstMs: first.startAtMs }] : [])
  }
}

/** A random walk with a tenth of the bars silent, and a night without the server. */
function walk({ fromMs, toMs, stepMs }: { fromMs: number; toMs: number; stepMs: number }): Bar[] {
  const bars: Bar[] = []
  for (let startAtMs = fromMs, ticks = 10_000, n = 1; startAtMs < toMs; startAtMs += stepMs, n++) {
    const day = Math.floor((startAtMs - FIRST) / INTERVAL_MS['1d'])
    const isOff = day === 5 && startAtMs % INTERVAL_MS['1d'] > INTERVAL_MS['1h'] * 22
    const roll = (n * 2_654_435_761) % 97
    if (isOff || roll < 10) continue
    const closeTicks = ticks + (roll % 7) - 3
    const high = Math.max(ticks, closeTicks) + (roll % 3)
    const low = Math.min(ticks, closeTicks) - (roll % 2)
    const volumeLots = 1 + roll
    const turnover = volumeLots * closeTicks
    bars.push({
      startAtMs,
      openTicks: ticks,
      highTicks: high,
      lowTicks: low,
      closeTicks,
      volumeLots,
      trades: 3,
      turnover,
    })
    ticks = closeTicks + (roll % 2)
  }
  return bars
}

const stored = {
  '1m': walk({ fromMs: FIRST, toMs: startOf(NOW, 60_000), stepMs: 60_000 }),
  '1s': walk({ fromMs: NOW - 24 * INTERVAL_MS['1h'], toMs: startOf(NOW, 1_000), stepMs: 1_000 }),
}
let history: StoredBars
let pages: CandlePages
beforeAll(() => {
  history = new StoredBars(stored)
  const feed = new Feed({ instruments: [listed('NOVA')] })
  const since = (width: BarWidth, spanMs: number) => {
    const first = stored[width].findIndex((bar) => bar.startAtMs >= NOW - spanMs)
    feed.seed('NOVA', width, stored[width].slice(first - 1))
  }
  since('1m', 25 * INTERVAL_MS['1h'])
  since('1s', INTERVAL_MS['1h'])
  feed.apply(frameOf({ seq: 1, timeMs: NOW, full: true }))
  pages = candlePages({ feed, bars: history })
})

const page = (interval: Interval, rest: { from?: number; to?: number; limit?: number } = {}) =>
  pages({ symbol: 'NOVA', interval, ...rest })
const starts = (candles: readonly Candle[]) => candles.map(([time]) => time)

test.each(['1s', '15s', '1m', '5m', '30m', '1h', '4h', '1d'] as const)(
  'the newest page of %s has no gaps and ends with the forming bar',
  async (interval) => {
    const stepMs = INTERVAL_MS[interval]
    const rows = await page(interval, { limit: 15 })
    const last = startOf(NOW, stepMs)
    expect(starts(rows)).toEqual(Array.from({ length: 15 }, (_, i) => last - (14 - i) * stepMs))
    expect(starts(await page(interval, { limit: 4, to: last }))).toEqual(starts(rows.slice(-5, -1)))
  },
)

test('pages have 500 candles by default, and none from before the history begins', async () => {
  expect(await page('1m')).toHaveLength(500)
  const days = await page('1d')
  expect(days).toHaveLength(DAYS + 1)
  expect(days[0]?.[0]).toBe(startOf(FIRST, INTERVAL_MS['1d']))
  expect(await page('1d', { to: FIRST - INTERVAL_MS['1d'] })).toEqual([])
  expect(await page('1m', { from: 0, limit: 3 }).then(starts)).toEqual(
    [FIRST, FIRST + 60_000, FIRST + 120_000].map((at) => startOf(at, 60_000)),
  )
  expect(await page('1m', { from: NOW + 60_000 })).toEqual([])
  expect(await page('1m', { from: NOW, to: NOW - 60_000 })).toEqual([])
})

test('from is inclusive and to is exclusive, on and between starts of bars', async () => {
  const at = startOf(NOW, 60_000) - 100 * 60_000
  expect(starts(await page('1m', { from: at, to: at + 120_000 }))).toEqual([at, at + 60_000])
  expect(starts(await page('1m', { from: at + 1, to: at + 60_001 }))).toEqual([at + 60_000])
})

test('pages have no gaps or overlaps in either direction, across stored bars and those in memory', async () => {
  const intervals = fc.constantFrom<Interval>('15s', '1m', '5m', '15m', '1h', '4h')
  await fc.assert(
    fc.asyncProperty(
      intervals,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 20, max: 500 }),
      async (interval, size, back) => {
        const stepMs = INTERVAL_MS[interval]
        const from = Math.max(startOf(NOW, stepMs) - back * stepMs, startOf(FIRST, stepMs))
        const whole = await page(interval, { from, limit: 1_000 })
        const forward: Candle[] = []
        for (let at = from; forward.length < whole.length; at = forward.at(-1)![0] + stepMs) {
          forward.push(...(await page(interval, { from: at, limit: size })))
        }
        expect(forward).toEqual(whole)
        const middle = whole[Math.floor(whole.length / 2)]![0]
        const earlier = await page(interval, { to: middle, limit: size })
        expect(earlier.filter(([time]) => time >= from)).toEqual(whole.filter(([time]) => time < middle).slice(-size))
      },
    ),
    { numRuns: 60 },
  )
})

test('a longer bar equals the shorter ones in it, including silent minutes and a night without the server', async () => {
  for (const [interval, parts] of [
    ['1h', '1m'],
    ['30m', '5m'],
    ['1d', '1h'],
    ['15s', '1s'],
  ] as const) {
    // prettier-ignore
    const stepMs = INTERVAL_MS[interval]
    const rows = (await page(interval, { limit: 18 })).slice(1, -1)
    expect([interval, rows.length]).toEqual([interval, 16])
    for (const [time, open, high, low, close, volume, trades] of rows) {
      const inside = await page(parts, { from: time, to: time + stepMs })
      expect(inside).toHaveLength(stepMs / INTERVAL_MS[parts])
      const sum = (field: 5 | 6) => inside.reduce((total, row) => total + Number(row[field]), 0)
      expect([open, close, Number(volume), trades]).toEqual([inside[0]![1], inside.at(-1)![4], sum(5), sum(6)])
      expect(Number(high)).toBe(Math.max(...inside.map((row) => Number(row[2]))))
      expect(Number(low)).toBe(Math.min(...inside.map((row) => Number(row[3]))))
    }
  }
})

test('past days are read once, and a recent page reads nothing', async () => {
  await page('1h', { limit: 400 })
  history.read = 0
  await page('1h', { limit: 400 })
  expect(history.read).toBeLessThan(1_440)
  history.read = 0
  await page('1m', { limit: 1_000 })
  await page('1s', { limit: 1_000 })
  expect(history.read).toBe(0)
})

const DAY = INTERVAL_MS['1d']

test('a day that was read before it was over is reread afterward', async () => {
  const [morning, later] = [NOW, NOW + 3 * DAY]
  const toCome = walk({ fromMs: startOf(morning, 60_000), toMs: startOf(later, 60_000), stepMs: 60_000 })
  const bars = [...stored['1m'], ...toCome]
  let nowMs = morning
  const feed = new Feed({ instruments: [listed('NOVA')] })
  feed.seed('NOVA', '1m', stored['1m'].slice(-1_400))
  feed.apply(frameOf({ seq: 1, timeMs: morning, full: true }))
  // Another process writes the bars; the store sees those up to its own time.
  const store = new StoredBars({ ...stored, '1m': bars })
  const known: BarHistory = {
    bars: async (width, symbol, range) =>
      (await store.bars(width, symbol, range)).filter(({ startAtMs }) => startAtMs < startOf(nowMs, 60_000)),
    barBefore: (width, symbol, beforeMs) => store.barBefore(width, symbol, Math.min(beforeMs, startOf(nowMs, 60_000))),
    barEnds: (width) => store.barEnds(width),
  }
  const asked = candlePages({ feed, bars: known })
  await asked({ symbol: 'NOVA', interval: '5m', from: morning - 2 * INTERVAL_MS['1h'] })
  nowMs = later
  feed.apply(frameOf({ seq: 2, timeMs: later, full: true }))
  const day = { symbol: 'NOVA', interval: '1h', from: startOf(morning, DAY), to: startOf(morning, DAY) + DAY } as const
  const fresh = candlePages({ feed, bars: known })
  expect(await asked(day)).toEqual(await fresh(day))
  expect((await asked(day)).filter(([, , , , , volume]) => volume === '0')).toEqual([])
})

test('past days are reread after a split, which changes their prices', async () => {
  const feed = new Feed({ instruments: [listed('NOVA')] })
  let factor = 1
  const store = new StoredBars(stored)
  const split = (bar: Bar): Bar => ({
    ...bar,
    ...{ openTicks: bar.openTicks * factor, highTicks: bar.highTicks * factor },
    ...{ lowTicks: bar.lowTicks * factor, closeTicks: bar.closeTicks * factor },
  })
  const restated: BarHistory = {
    bars: async (...asked) => (await store.bars(...asked)).map(split),
    barBefore: async (...asked) => store.barBefore(...asked).then((bar) => bar && split(bar)),
    barEnds: (width) => store.barEnds(width),
  }
  feed.seed('NOVA', '1m', stored['1m'].slice(-1_400))
  const tell = (seq: number, splits: number) =>
    feed.apply(frameOf({ seq, timeMs: NOW, full: true, symbols: [changeOf('NOVA', { splits })] }))
  tell(1, 0)
  const asked = candlePages({ feed, bars: restated })
  const query = { symbol: 'NOVA', interval: '1h', to: NOW - 3 * DAY, limit: 30 } as const
  const before = await asked(query)
  factor = 2
  tell(2, 1)
  const closes = (candles: readonly Candle[]) => candles.map(([, , , , close]) => Number(close))
  expect(closes(await asked(query))).toEqual(closes(before).map((close) => 2 * close))
})

test('an unknown symbol is INVALID, a market that has not begun UNAVAILABLE', async () => {
  await expect(pages({ symbol: 'NOPE', interval: '1m' })).rejects.toMatchObject({
    error: { code: 'INVALID', field: 'symbol' },
  })
  const asleep = candlePages({ feed: new Feed({ instruments: [listed('NOVA')] }), bars: history })
  await expect(asleep({ symbol: 'NOVA', interval: '1m' })).rejects.toMatchObject({ error: { code: 'UNAVAILABLE' } })
})
