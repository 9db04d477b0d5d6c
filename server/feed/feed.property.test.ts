import { bookChecksum } from '@valiant/shared/protocol/book-checksum'
import { BOOK_DEPTHS } from '@valiant/shared/protocol/limits'
import { type BookFrame, INTERVAL_MS, INTERVALS, type Level } from '@valiant/shared/protocol/market-data'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bar, type BarWidth, barsOver, Feed, startOf, widthOf } from './feed.ts'
import { changeOf, frameOf, listed, tradeOf } from './frames.fixture.ts'
import type { MarketFrame } from './market-frame.ts'

const START_MS = Date.UTC(2026, 0, 5, 23, 58, 30)

/** A client as the protocol describes it: a snapshot replaces its book, and an update must follow the last frame. */
class Client {
  bids = new Map<number, number>()
  asks = new Map<number, number>()
  seq = -1
  play(frame: BookFrame): void {
    if (frame.type === 'snapshot') {
      this.bids = new Map(frame.bids)
      this.asks = new Map(frame.asks)
    } else {
      expect(frame.prevSeq).toBe(this.seq)
      for (const side of ['bids', 'asks'] as const) {
        for (const [ticks, lots] of frame[side]) {
          if (lots === 0) expect(this[side].delete(ticks)).toBe(true)
          else this[side].set(ticks, lots)
        }
      }
    }
    this.seq = frame.seq
    expect(frame.checksum).toBe(bookChecksum(this.levels('bids'), this.levels('asks')))
  }
  levels(side: 'bids' | 'asks'): Level[] {
    return [...this[side]].sort((a, b) => (side === 'bids' ? b[0] - a[0] : a[0] - b[0]))
  }
}

const level = fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 0, max: 3 }))
const levels = fc.array(level, { maxLength: 40 })
const bookSteps = fc.array(
  fc.record({
    bids: levels,
    asks: levels,
    afterMs: fc.constantFrom(50, 50, 50, 100, 6_000),
    kind: fc.constantFrom('next', 'next', 'next', 'next', 'full', 'lost', 'new epoch'),
  }),
  { minLength: 1, maxLength: 40 },
)

test('a client that applies snapshot and updates always has the right levels, at all depths, over gaps and new epochs', () => {
  fc.assert(
    fc.property(bookSteps, (steps) => {
      const feed = new Feed({ instruments: [listed('NOVA')] })
      const book = { bids: new Map<number, number>(), asks: new Map<number, number>() }
      let [epoch, seq, timeMs] = [1, 1, START_MS]
      feed.apply(frameOf({ epoch, seq, timeMs, full: true }))
      const clients = BOOK_DEPTHS.map((depth) => {
        const client = new Client()
        client.play(feed.watchBook('NOVA', depth)!)
        return { depth, client }
      })
      for (const { bids, asks, afterMs, kind } of steps) {
        // Asks are above all bids, so the book is never crossed.
        const change = { bids, asks: asks.map(([ticks, lots]): Level => [ticks + 200, lots]) }
        for (const side of ['bids', 'asks'] as const)
          for (const [ticks, lots] of change[side]) book[side].set(ticks, lots)
        timeMs += afterMs
        if (kind === 'new epoch') epoch++
        if (kind === 'lost') seq++
        const full = kind === 'full' || kind === 'new epoch'
        const whole = { bids: [...book.bids], asks: [...book.asks] }
        const applied = feed.apply(
          frameOf({ epoch, seq: ++seq, timeMs, full, symbols: [changeOf('NOVA', full ? whole : change)] }),
        )
        const frames = feed.changedBooks(() => true)
        if (applied === 'gap') expect(frames).toEqual([])
        for (const { depth, client } of clients) {
          for (const frame of frames.filter((one) => one.depth === depth)) {
            expect(frame.epoch).toBe(epoch)
            client.play(frame)
          }
          if (applied === 'gap') continue
          for (const side of ['bids', 'asks'] as const) {
            const best = [...book[side]]
              .filter(([, lots]) => lots > 0)
              .sort((a, b) => (side === 'bids' ? b[0] - a[0] : a[0] - b[0]))
            expect(client.levels(side)).toEqual(best.slice(0, depth))
          }
          expect(feed.book('NOVA', depth)).toMatchObject({ seq: client.seq, prevSeq: client.seq, type: 'snapshot' })
        }
      }
    }),
    { numRuns: 200 },
  )
})

interface Tick {
  readonly timeMs: number
  readonly ticks: number
  readonly lots: number
}

/** Trades with pauses from zero to more than a day. */
const trading = fc
  .array(
    fc.record({
      afterMs: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 0, max: 900 }) },
        { weight: 4, arbitrary: fc.integer({ min: 1_000, max: 90_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 600_000, max: 30_000_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 80_000_000, max: 100_000_000 }) },
      ),
      ticks: fc.integer({ min: 90, max: 110 }),
      lots: fc.integer({ min: 1, max: 500 }),
    }),
    { minLength: 1, maxLength: 80 },
  )
  .map((steps) => {
    let timeMs = START_MS
    return steps.map(({ afterMs, ticks, lots }): Tick => ({ timeMs: (timeMs += afterMs), ticks, lots }))
  })

/** One frame per trade, and a last one without trades `tailMs` later. */
function framesOf(trades: readonly Tick[], tailMs: number): MarketFrame[] {
  const frames = trades.map(({ timeMs, ticks, lots }, i) => {
    const change = changeOf('NOVA', { trades: [tradeOf('NOVA', { id: i + 1, timeMs, ticks, lots })] })
    return frameOf({ seq: i + 1, timeMs, full: i === 0, symbols: [change] })
  })
  const end = { seq: trades.length + 1, timeMs: trades.at(-1)!.timeMs + tailMs, full: false }
  return [...frames, frameOf(end)]
}

/** Bars made from the trades, and longer ones from the shorter ones with empty ones filled in, as the protocol describes. */
function naiveBars(trades: readonly Tick[], stepMs: number, toMs: number): Bar[] {
  const widthMs = stepMs < 60_000 ? 1_000 : 60_000
  const base: Bar[] = []
  let close: number | undefined
  const byStart = Map.groupBy(trades, ({ timeMs }) => startOf(timeMs, widthMs))
  for (let at = startOf(trades[0]!.timeMs, widthMs); at < toMs; at += widthMs) {
    const inside = byStart.get(at) ?? []
    const prices = inside.length > 0 ? inside.map(({ ticks }) => ticks) : [close!]
    close = prices.at(-1)!
    base.push({
      startAtMs: at,
      openTicks: prices[0]!,
      highTicks: Math.max(...prices),
      lowTicks: Math.min(...prices),
      closeTicks: close,
      volumeLots: inside.reduce((sum, { lots }) => sum + lots, 0),
      trades: inside.length,
      turnover: inside.reduce((sum, { ticks, lots }) => sum + ticks * lots, 0),
    })
  }
  const groups = Map.groupBy(base, (bar) => startOf(bar.startAtMs, stepMs))
  return [...groups].map(([startAtMs, bars]) => ({
    startAtMs,
    openTicks: bars[0]!.openTicks,
    highTicks: Math.max(...bars.map((bar) => bar.highTicks)),
    lowTicks: Math.min(...bars.map((bar) => bar.lowTicks)),
    closeTicks: bars.at(-1)!.closeTicks,
    volumeLots: bars.reduce((sum, bar) => sum + bar.volumeLots, 0),
    trades: bars.reduce((sum, bar) => sum + bar.trades, 0),
    turnover: bars.reduce((sum, bar) => sum + bar.turnover, 0),
  }))
}

test('candles of all intervals equal those made from the trades: forming and closed, streamed and read', () => {
  fc.assert(
    fc.property(trading, fc.integer({ min: 0, max: 200_000 }), (trades, tailMs) => {
      const feed = new Feed({ instruments: [listed('NOVA')] })
      const streamed = new Map(INTERVALS.map((interval) => [interval, new Map<number, string>()]))
      for (const frame of framesOf(trades, tailMs)) {
        feed.apply(frame)
        for (const interval of INTERVALS) {
          for (const { closed, candle } of feed.changedCandles('NOVA', interval)) {
            if (closed) streamed.get(interval)!.set(candle[0], JSON.stringify(candle))
          }
        }
      }
      const nowMs = feed.timeMs
      const recent = feed.recentBars('NOVA')!
      for (const interval of INTERVALS) {
        const stepMs = INTERVAL_MS[interval]
        const width = widthOf(interval)
        const widthMs = INTERVAL_MS[width]
        const toMs = startOf(nowMs, stepMs) + stepMs
        // Bars of one second only for the hour in memory: the naive implementation is slow over days.
        const sinceMs = Math.max(recent.recentFromMs(width)!, startOf(trades[0]!.timeMs, stepMs))
        const fromMs = Math.ceil(sinceMs / stepMs) * stepMs
        const near = trades
          .filter(({ timeMs }) => timeMs < fromMs)
          .slice(-1)
          .concat(trades.filter(({ timeMs }) => timeMs >= fromMs))
        const naive = naiveBars(near, stepMs, startOf(nowMs, widthMs) + widthMs).filter(
          (bar) => bar.startAtMs >= fromMs,
        )
        const closeBefore = recent.closeBefore(width, fromMs)
        const read = barsOver(recent.recent(width, { fromMs, toMs }), { fromMs, toMs, stepMs, widthMs, closeBefore })
        expect(read).toEqual(naive)
        const forming = feed.candle('NOVA', interval)!
        expect(forming.closed).toBe(false)
        if (naive.length > 0) expect(forming.candle).toEqual(feed.toCandle('NOVA', naive.at(-1)!))
        for (const bar of naive) {
          const sent = streamed.get(interval)!.get(bar.startAtMs)
          if (sent !== undefined) expect(JSON.parse(sent)).toEqual(feed.toCandle('NOVA', bar))
          else if (bar.trades > 0) expect(bar.startAtMs).toBe(startOf(nowMs, stepMs))
        }
      }
    }),
    { numRuns: 30 },
  )
})

test('a feed that is restarted from stored bars continues as if it had never stopped', () => {
  fc.assert(
    fc.property(trading, fc.nat(), fc.nat({ max: 5_000 }), (trades, cut, pauseMs) => {
      const frames = framesOf(trades, 1_000)
      const stop = 1 + (cut % frames.length)
      if (stop >= frames.length) return
      const whole = new Feed({ instruments: [listed('NOVA')], storesBars: true })
      for (const frame of frames.slice(0, stop)) whole.apply(frame)
      whole.apply({ ...frames[stop]!, symbols: [] })
      const nowMs = whole.timeMs
      const stored: Record<BarWidth, Bar[]> = { '1s': [], '1m': [] }
      // The minute of the stop was never closed: it is made from its seconds.
      const lostMs = startOf(frames[stop - 1]!.timeMs, 60_000)
      for (const { width, bar } of [...whole.closedBars(), ...whole.formingSeconds()])
        if (width === '1s' || bar.startAtMs < lostMs) stored[width].push(bar)

      const again = new Feed({ instruments: [listed('NOVA')], storesBars: true })
      const hourMs = INTERVAL_MS['1h']
      for (const [width, spanMs] of [
        ['1m', 25 * hourMs],
        ['1s', hourMs],
      ] as const) {
        const bars = stored[width]
        const first = bars.findIndex((bar) => bar.startAtMs >= nowMs - spanMs)
        again.seed('NOVA', width, first < 0 ? bars.slice(-1) : bars.slice(Math.max(0, first - 1)))
      }
      const rest = frames.slice(stop)
      if (lostMs < nowMs - hourMs || stored['1m'].length + stored['1s'].length === 0) return
      rest.forEach((frame, i) => {
        const timeMs = frame.timeMs + (i === rest.length - 1 ? pauseMs : 0)
        whole.apply({ ...frame, timeMs, seq: frame.seq + 1 })
        again.apply({ ...frame, timeMs, full: i === 0 })
        for (const interval of INTERVALS) expect(again.candle('NOVA', interval)).toEqual(whole.candle('NOVA', interval))
      })
      expect(again.ticker('NOVA')).toEqual(whole.ticker('NOVA'))
      expect(again.sparklines(48)).toEqual(whole.sparklines(48))
    }),
    { numRuns: 300 },
  )
})

test('the 24-hour ticker equals one made from all trades of that time', () => {
  fc.assert(
    fc.property(trading, fc.integer({ min: 0, max: 100_000_000 }), (trades, tailMs) => {
      const feed = new Feed({ instruments: [listed('NOVA')] })
      for (const frame of framesOf(trades, tailMs)) {
        feed.apply(frame)
        feed.ticker('NOVA')
      }
      const fromMs = startOf(feed.timeMs, 60_000) - INTERVAL_MS['1d']
      const inside = trades.filter(({ timeMs }) => timeMs >= fromMs)
      const before = trades.findLast(({ timeMs }) => timeMs < fromMs)?.ticks
      const last = trades.at(-1)!.ticks
      const opensAtOnce = inside[0] !== undefined && inside[0].timeMs < fromMs + 60_000
      const open = (opensAtOnce ? undefined : before) ?? inside[0]?.ticks ?? last
      const prices = [open, ...inside.map(({ ticks }) => ticks)]
      const lots = inside.reduce((sum, trade) => sum + trade.lots, 0)
      const turnover = inside.reduce((sum, trade) => sum + trade.lots * trade.ticks, 0)
      const ticker = feed.ticker('NOVA')!
      expect(ticker).toMatchObject({
        last: (last / 100).toFixed(2),
        close: (last / 100).toFixed(2),
        open: (open / 100).toFixed(2),
        high: (Math.max(...prices) / 100).toFixed(2),
        low: (Math.min(...prices) / 100).toFixed(2),
        volume: String(lots),
      })
      expect(Number(ticker.vwap)).toBeCloseTo(lots === 0 ? last / 100 : turnover / lots / 100, 5)
      expect(Number(ticker.changePct)).toBeCloseTo(((last - open) / open) * 100, 1)
    }),
    { numRuns: 200 },
  )
})
