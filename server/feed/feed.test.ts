import { expect, test } from 'vitest'
import { Feed } from './feed.ts'
import { changeOf, frameOf, listed, tradeOf } from './frames.fixture.ts'
import { TAPE_TRADES_MAX } from './tape.ts'

const T = Date.UTC(2026, 0, 5, 12)
const newFeed = () => new Feed({ instruments: [listed('NOVA'), listed('VLNT')] })
const bid = (ticks: number, lots: number) => changeOf('NOVA', { bids: [[ticks, lots]] })
const best = (feed: Feed) => feed.quotes(['NOVA']).q[0]?.slice(1, 3)

test('a frame of an older epoch or with a seq seen before changes nothing', () => {
  const feed = newFeed()
  feed.apply(frameOf({ epoch: 2, seq: 5, timeMs: T, full: true, symbols: [bid(100, 7)] }))
  expect(feed.apply(frameOf({ epoch: 1, seq: 6, timeMs: T, full: true, symbols: [bid(101, 1)] }))).toBe('old')
  expect(feed.apply(frameOf({ epoch: 2, seq: 5, timeMs: T, symbols: [bid(101, 1)] }))).toBe('old')
  expect(best(feed)).toEqual([100, 7])
})

test('after a gap books stop changing, trades count, and a late full frame is brought up to date with later frames', () => {
  const feed = newFeed()
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true, symbols: [bid(100, 1)] }))
  const trades = [tradeOf('NOVA', { id: 9, timeMs: T, ticks: 104 })]
  expect(feed.apply(frameOf({ seq: 3, timeMs: T, symbols: [{ ...bid(103, 3), trades }] }))).toBe('gap')
  expect(feed.apply(frameOf({ seq: 4, timeMs: T, symbols: [bid(104, 4)] }))).toBe('gap')
  expect(best(feed)).toEqual([100, 1])
  expect(feed.trades({ symbol: 'NOVA' })).toEqual([['9', T, '1.04', '1', 'buy']])
  const symbols = [changeOf('NOVA', { bids: [[102, 2], [100, 1]] })] // prettier-ignore
  expect(feed.apply(frameOf({ seq: 2, timeMs: T, full: true, symbols }))).toBe('applied')
  expect(best(feed)).toEqual([104, 4])
  expect(feed.book('NOVA', 10)?.bids).toEqual([[104, 4], [103, 3], [102, 2], [100, 1]]) // prettier-ignore
  expect(feed.apply(frameOf({ seq: 5, timeMs: T }))).toBe('applied')
})

test('a full frame that is too old to be brought up to date leaves the gap open', () => {
  const feed = newFeed()
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true }))
  feed.apply(frameOf({ seq: 4, timeMs: T }))
  expect(feed.apply(frameOf({ seq: 2, timeMs: T, full: true }))).toBe('gap')
  expect(feed.apply(frameOf({ seq: 3, timeMs: T, full: true }))).toBe('applied')
})

test('a quiet book sends an empty update after five seconds, with the checksum of the book', () => {
  const feed = newFeed()
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true, symbols: [bid(100, 1)] }))
  const snapshot = feed.watchBook('NOVA', 25)!
  feed.apply(frameOf({ seq: 2, timeMs: T + 4_950 }))
  expect(feed.changedBooks(() => true)).toEqual([])
  feed.apply(frameOf({ seq: 3, timeMs: T + 5_000 }))
  expect(feed.changedBooks(() => true)).toEqual([
    { ...snapshot, type: 'update', seq: snapshot.seq + 1, time: T + 5_000, bids: [], asks: [] },
  ])
})

test('the seq of a closed window continues when it is watched again', () => {
  const feed = newFeed()
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true, symbols: [bid(100, 1)] }))
  feed.watchBook('NOVA', 25)
  feed.apply(frameOf({ seq: 2, timeMs: T, symbols: [bid(100, 2)] }))
  expect(feed.changedBooks(() => true)).toMatchObject([{ prevSeq: 0, seq: 1 }])
  feed.apply(frameOf({ seq: 3, timeMs: T, symbols: [bid(100, 3)] }))
  expect(feed.changedBooks(() => false)).toEqual([])
  expect(feed.watchBook('NOVA', 25)).toMatchObject({ seq: 1, bids: [[100, 3]] })
})

test('a change beyond the window is not sent, and a level that leaves it is sent with 0 lots', () => {
  const feed = newFeed()
  const bids = Array.from({ length: 12 }, (_, i): [number, number] => [100 - i, 1])
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true, symbols: [changeOf('NOVA', { bids })] }))
  feed.watchBook('NOVA', 10)
  feed.apply(frameOf({ seq: 2, timeMs: T, symbols: [bid(89, 5)] }))
  expect(feed.changedBooks(() => true)).toEqual([])
  feed.apply(frameOf({ seq: 3, timeMs: T, symbols: [bid(101, 2)] }))
  expect(feed.changedBooks(() => true)[0]?.bids).toEqual([[101, 2], [91, 0]]) // prettier-ignore
})

test('changed quotes contain only changes, and an empty side is 0, 0', () => {
  const feed = newFeed()
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true, symbols: [bid(100, 1)] }))
  expect(feed.changedQuotes()).toEqual({ epoch: 1, time: T, q: [['NOVA', 100, 1, 0, 0, 0]] })
  feed.apply(frameOf({ seq: 2, timeMs: T, symbols: [bid(99, 1)] }))
  expect(feed.changedQuotes()).toBeUndefined()
  expect(feed.quotes().q.map(([symbol]) => symbol)).toEqual(['NOVA', 'VLNT'])
})

test('only indicative frames have the field indicative', () => {
  const feed = newFeed()
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true, indicative: true, symbols: [bid(100, 1)] }))
  expect(feed.changedQuotes()).toHaveProperty('indicative', true)
  expect(feed.book('NOVA', 10)).toHaveProperty('indicative', true)
  feed.apply(frameOf({ seq: 2, timeMs: T, symbols: [bid(100, 2)] }))
  expect(feed.changedQuotes()).not.toHaveProperty('indicative')
})

test('a ticker is due at most four times a second, and not while nothing changes', () => {
  const feed = newFeed()
  let due = 0
  for (let i = 0; i < 80; i++) {
    feed.apply(frameOf({ seq: i + 1, timeMs: T + i * 50, full: i === 0, symbols: [bid(100, 1 + (i % 2))] }))
    due += feed.dueTickers().filter((symbol) => symbol === 'NOVA').length
  }
  expect(due).toBe(16)
  feed.apply(frameOf({ seq: 81, timeMs: T + 10_000, symbols: [] }))
  feed.dueTickers()
  feed.apply(frameOf({ seq: 82, timeMs: T + 20_000 }))
  expect(feed.dueTickers()).toEqual([])
})

test('bars without trades close with time, at the last price, and are not stored', () => {
  const feed = new Feed({ instruments: [listed('NOVA')], storesBars: true })
  const trades = [tradeOf('NOVA', { id: 1, timeMs: T, ticks: 105, lots: 4 })]
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true, symbols: [changeOf('NOVA', { trades })] }))
  feed.apply(frameOf({ seq: 2, timeMs: T + 1_000 }))
  const bar = ['1.05', '1.05', '1.05', '1.05'] as const
  expect(feed.changedCandles('NOVA', '1s')).toMatchObject([
    { closed: true, candle: [T, ...bar, '4', 1] },
    { closed: false, candle: [T + 1_000, ...bar, '0', 0] },
  ])
  feed.apply(frameOf({ seq: 3, timeMs: T + 2_000 }))
  expect(feed.changedCandles('NOVA', '1s')[0]).toMatchObject({ closed: true, candle: [T + 1_000, ...bar, '0', 0] })
  expect(feed.closedBars()).toMatchObject([{ width: '1s', symbol: 'NOVA', bar: { startAtMs: T, turnover: 420 } }])
  expect(feed.closedBars()).toEqual([])
})

test('a late trade counts in the forming bar: closed bars never change', () => {
  const feed = newFeed()
  const frame = (seq: number, timeMs: number, trade: { id: number; timeMs: number; ticks: number }) =>
    frameOf({ seq, timeMs, full: seq === 1, symbols: [changeOf('NOVA', { trades: [tradeOf('NOVA', trade)] })] })
  feed.apply(frame(1, T, { id: 1, timeMs: T, ticks: 105 }))
  feed.apply(frame(2, T + 1_000, { id: 2, timeMs: T + 1_000, ticks: 106 }))
  feed.apply(frame(3, T + 1_050, { id: 3, timeMs: T + 900, ticks: 103 }))
  expect(feed.candle('NOVA', '1s')?.candle).toEqual([T + 1_000, '1.06', '1.06', '1.03', '1.03', '2', 2])
})

test('a minute that ended while the server was off is made from its seconds and stored', () => {
  const feed = new Feed({ instruments: [listed('NOVA')], storesBars: true })
  const one = { openTicks: 100, highTicks: 101, lowTicks: 99, closeTicks: 100, volumeLots: 5, trades: 2, turnover: 500 }
  feed.seed('NOVA', '1m', [{ ...one, startAtMs: T }])
  feed.seed('NOVA', '1s', [{ ...one, startAtMs: T + 70_000 }, { ...one, startAtMs: T + 80_000 }]) // prettier-ignore
  feed.apply(frameOf({ seq: 1, timeMs: T + 300_000, full: true }))
  expect(feed.closedBars()).toEqual([
    { width: '1m', symbol: 'NOVA', bar: { ...one, startAtMs: T + 60_000, volumeLots: 10, trades: 4, turnover: 1_000 } },
  ])
  expect(feed.candle('NOVA', '1h')?.candle).toEqual([T, '1.00', '1.01', '0.99', '1.00', '15', 6])
})

test('the tape keeps the newest trades, finds them by id, and adds none twice', () => {
  const feed = newFeed()
  const count = TAPE_TRADES_MAX + 500
  const trades = Array.from({ length: count }, (_, i) => tradeOf('NOVA', { id: 1_000 + i, timeMs: T }))
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true, symbols: [changeOf('NOVA', { trades })] }))
  feed.apply(frameOf({ seq: 2, timeMs: T, symbols: [changeOf('NOVA', { trades: trades.slice(-3) })] }))
  const ids = (query: { fromId?: string; limit?: number }) =>
    feed.trades({ symbol: 'NOVA', ...query })!.map(([id]) => Number(id))
  expect(ids({ limit: 2 })).toEqual([count + 998, count + 999])
  expect(ids({})).toHaveLength(100)
  expect(ids({ fromId: '1', limit: 1 })).toEqual([1_500])
  expect(ids({ fromId: String(count + 998), limit: 9 })).toEqual([count + 998, count + 999])
  expect(feed.trades({ symbol: 'NOPE' })).toBeUndefined()
})

test('sparklines have all their points as soon as anything has traded, and end with the current price', () => {
  const feed = newFeed()
  const trades = [tradeOf('NOVA', { id: 1, timeMs: T, ticks: 105 })]
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true, symbols: [changeOf('NOVA', { trades })] }))
  const lines = feed.sparklines(48)
  expect(lines['NOVA']).toHaveLength(48)
  expect(lines['NOVA']?.at(-1)).toBe('1.05')
  expect(lines['VLNT']).toEqual([])
  expect(feed.tickers().map(({ symbol }) => symbol)).toEqual(['NOVA'])
})

test('the status of an instrument is that of the leader’s frames', () => {
  const feed = newFeed()
  feed.apply(frameOf({ seq: 1, timeMs: T, full: true, symbols: [changeOf('NOVA', { status: 'halted' })] }))
  expect(feed.instruments().map(({ status }) => status)).toEqual(['halted', 'open'])
})

const recentOf = (...ids: number[]) => ids.map((id) => tradeOf('NOVA', { id, timeMs: T, ticks: 100 + id }))

test('a snapshot fills the tape: its trades are new after a gap, and not new for a feed that starts with it', () => {
  const feed = newFeed()
  const tape = () => feed.trades({ symbol: 'NOVA' })?.map(([id]) => Number(id))
  feed.apply(frameOf({ seq: 8, timeMs: T, full: true, symbols: [changeOf('NOVA', { recent: recentOf(1, 2, 3) })] }))
  expect(tape()).toEqual([1, 2, 3])
  expect(feed.newTrades('NOVA')).toBeUndefined()
  expect(feed.candle('NOVA', '1m')).toBeUndefined()

  const symbols = [changeOf('NOVA', { trades: recentOf(6) })]
  expect(feed.apply(frameOf({ seq: 11, timeMs: T, symbols }))).toBe('gap')
  const snapshot = [changeOf('NOVA', { recent: recentOf(2, 3, 4, 5, 6, 7) })]
  expect(feed.apply(frameOf({ seq: 11, timeMs: T, full: true, symbols: snapshot }))).toBe('applied')
  expect(tape()).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(feed.newTrades('NOVA')?.t.map(([id]) => id)).toEqual(['4', '5', '7'])
  expect(feed.candle('NOVA', '1m')?.candle[5]).toBe('4')
})

test('a feed that gets a frame before the snapshot also has the trades before that frame', () => {
  const feed = newFeed()
  feed.apply(frameOf({ seq: 8, timeMs: T, symbols: [changeOf('NOVA', { trades: recentOf(5) })] }))
  feed.apply(frameOf({ seq: 8, timeMs: T, full: true, symbols: [changeOf('NOVA', { recent: recentOf(3, 4, 5) })] }))
  expect(feed.trades({ symbol: 'NOVA' })?.map(([id]) => id)).toEqual(['3', '4', '5'])
  expect(feed.candle('NOVA', '1m')?.candle[5]).toBe('1')
})
