import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { freshDatabase } from '../../../test/rig/postgres.ts'
import { openDatabase } from '../../database/database.ts'
import { changeOf, frameOf, listed, tradeOf } from '../../feed/frames.fixture.ts'
import { Bars } from '../../journal/bars.ts'
import { BarWriter } from './bar-writer.ts'

const MINUTE_MS = 60_000
const T = Date.UTC(2026, 0, 5, 12)

test('the minute in which the market stopped is complete, however long it was stopped', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const bars = new Bars(database.queries)
  const open = (fromMs: number, toMs: number) =>
    new BarWriter({
      ...{ bars, instruments: [listed('NOVA')], span: { fromMs, toMs }, log: pino({ level: 'silent' }) },
      failed: (error) => expect.unreachable(String(error)),
    })
  let seq = 0
  const trade = (timeMs: number) =>
    frameOf({
      ...{ seq: ++seq, timeMs, full: seq === 1 },
      symbols: [changeOf('NOVA', { trades: [tradeOf('NOVA', { id: seq, timeMs, ticks: 100 })] })],
    })
  const first = open(T, T)
  for (let second = 0; second <= 90; second++) first.add(trade(T + second * 1_000))
  await first[Symbol.asyncDispose]()
  const [stoppedMs, backMs] = [T + 90_500, T + 10 * MINUTE_MS]
  const second = open(stoppedMs, backMs)
  for (const minutes of [10, 11, 12]) second.add(trade(T + minutes * MINUTE_MS))
  await second[Symbol.asyncDispose]()
  const stored = await bars.bars('1m', 'NOVA', { fromMs: T, toMs: T + 12 * MINUTE_MS })
  expect(stored.map(({ startAtMs, trades }) => [(startAtMs - T) / MINUTE_MS, trades])).toEqual([
    [0, 60],
    [1, 31],
    [10, 1],
    [11, 1],
  ])
})

test('a second in which one term ends and the next begins has the trades of both', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const bars = new Bars(database.queries)
  const lead = async (timesMs: readonly number[], span: { fromMs: number; toMs: number }) => {
    await using writer = new BarWriter({
      ...{ bars, instruments: [listed('NOVA')], span, log: pino({ level: 'silent' }) },
      failed: (error) => expect.unreachable(String(error)),
    })
    for (const [i, timeMs] of timesMs.entries()) {
      const trades = [tradeOf('NOVA', { id: i + 1, timeMs, ticks: 100 })]
      writer.add(frameOf({ seq: i + 1, timeMs, full: i === 0, symbols: [changeOf('NOVA', { trades })] }))
    }
  }
  await lead([T, T + 1_200, T + 1_300], { fromMs: T, toMs: T })
  await lead([T + 1_400, T + 1_950, T + 2_000, T + 60_000], { fromMs: T + 1_300, toMs: T + 1_350 })
  const trades = async (width: '1s' | '1m') =>
    (await bars.bars(width, 'NOVA', { fromMs: T, toMs: T + MINUTE_MS })).map((bar) => [bar.startAtMs - T, bar.trades])
  expect(await trades('1s')).toEqual([
    [0, 1],
    [1_000, 4],
    [2_000, 1],
  ])
  expect(await trades('1m')).toEqual([[0, 6]])
})

test('bars whose write failed are written with the next ones', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const bars = new Bars(database.queries)
  const write = bars.writeBars.bind(bars)
  let isAway = true
  vi.spyOn(bars, 'writeBars').mockImplementation(async (width, columns) => {
    if (width === '1m' && isAway) throw new Error('away')
    await write(width, columns)
  })
  const writer = new BarWriter({
    ...{ bars, instruments: [listed('NOVA')], span: { fromMs: T, toMs: T }, log: pino({ level: 'silent' }) },
    failed: (error) => expect.unreachable(String(error)),
  })
  for (let minute = 0; minute <= 2; minute++) {
    const timeMs = T + minute * MINUTE_MS
    const trades = [tradeOf('NOVA', { id: minute + 1, timeMs, ticks: 100 })]
    writer.add(frameOf({ seq: minute + 1, timeMs, full: minute === 0, symbols: [changeOf('NOVA', { trades })] }))
  }
  await writer.flush()
  isAway = false
  await writer[Symbol.asyncDispose]()
  const stored = await bars.bars('1m', 'NOVA', { fromMs: T, toMs: T + 2 * MINUTE_MS })
  expect(stored.map(({ startAtMs }) => (startAtMs - T) / MINUTE_MS)).toEqual([0, 1])
})
