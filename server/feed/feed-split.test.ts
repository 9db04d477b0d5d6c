import { expect, test } from 'vitest'
import { Feed } from './feed.ts'
import { changeOf, frameOf, listed, tradeOf } from './frames.fixture.ts'

const T = Date.UTC(2026, 0, 5, 12)
const MINUTE_MS = 60_000

const barAt = (startAtMs: number, ticks: number, lots: number) => ({
  ...{ startAtMs, openTicks: ticks, highTicks: ticks, lowTicks: ticks, closeTicks: ticks },
  ...{ volumeLots: lots, trades: 1, turnover: ticks * lots },
})
const full = (seq: number, splits: number, epoch = 1) =>
  frameOf({ epoch, seq, timeMs: T, full: true, symbols: [changeOf('NOVA', { splits, bids: [[100, 1]] })] })

test('after a split the bars are those of the restated history, and the change of the day stays the same', () => {
  const feed = new Feed({ instruments: [listed('NOVA')] })
  for (const minutes of [600, 1]) feed.seed('NOVA', '1m', [barAt(T - minutes * MINUTE_MS, 200, 10)])
  expect(feed.restatedBy(full(1, 0))).toEqual([])
  feed.apply(full(1, 0))
  feed.apply(frameOf({ seq: 2, timeMs: T, symbols: [changeOf('NOVA', { trades: [tradeOf('NOVA', { id: 5, timeMs: T, ticks: 202 })] })] })) // prettier-ignore
  expect(feed.ticker('NOVA')).toMatchObject({ last: '2.02', open: '2.00', changePct: '1.00' })

  const split = full(1, 1, 2)
  expect(feed.restatedBy(split)).toEqual(['NOVA'])
  const minutes = [barAt(T - 600 * MINUTE_MS, 100, 20), barAt(T - MINUTE_MS, 101, 20)]
  feed.apply(split, new Map([['NOVA', { '1m': minutes, '1s': [] }]]))
  expect(feed.ticker('NOVA')).toMatchObject({ last: '1.01', open: '1.00' })
  const trades = [tradeOf('NOVA', { id: 2_000_000_001, timeMs: T + 50, ticks: 101 })]
  feed.apply(frameOf({ epoch: 2, seq: 2, timeMs: T + 50, symbols: [changeOf('NOVA', { trades })] }))
  expect(feed.ticker('NOVA')).toMatchObject({ last: '1.01', open: '1.00', high: '1.01', changePct: '1.00' })
  expect(feed.trades({ symbol: 'NOVA' })?.map(([id]) => id)).toEqual(['2000000001'])
})

test('a full frame with the known number of splits restates nothing', () => {
  const feed = new Feed({ instruments: [listed('NOVA')] })
  feed.apply(full(1, 1))
  expect(feed.restatedBy(full(1, 1, 2))).toEqual([])
  feed.apply(full(1, 1, 2))
  expect(feed.restatedBy(full(9, 2, 1))).toEqual([])
})

test('a trade from before the split is not added again', () => {
  const feed = new Feed({ instruments: [listed('NOVA')] })
  const old = changeOf('NOVA', { trades: [tradeOf('NOVA', { id: 7, timeMs: T, ticks: 202 })] })
  feed.apply(full(1, 0))
  feed.apply(frameOf({ seq: 2, timeMs: T, symbols: [old] }))
  feed.apply(full(1, 1, 2))
  feed.apply(frameOf({ epoch: 2, seq: 2, timeMs: T + 50, symbols: [old] }))
  expect(feed.trades({ symbol: 'NOVA' })).toEqual([])
})
