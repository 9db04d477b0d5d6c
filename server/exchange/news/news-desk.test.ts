import { fileURLToPath } from 'node:url'
import type { NewsFrame } from '@valiant/shared/protocol/news'
import { EVENTS } from '@valiant/shared/protocol/events'
import { expect, test } from 'vitest'
import type { MarketStatus } from '../../engine/command.ts'
import { toWireNews } from '../../feed/news.ts'
import { readInstruments } from '../../instruments.ts'
import type { NewsItem } from '../../journal/news.ts'
import { Simulator } from '../../simulator/simulator.ts'
import { OpenBatch } from '../leading/open-batch.ts'
import { toSimulated } from '../market/simulated.ts'
import { JUMP_NEWS_DELAY_MS, NewsDesk, type NewsDeskParts } from './news-desk.ts'

const START_MS = 1_750_000_000_000
const DAY_MS = 86_400_000
const INSTRUMENTS = readInstruments(fileURLToPath(new URL('../../../db/instruments.json', import.meta.url)))
const instruments = new Map(INSTRUMENTS.map((instrument) => [instrument.wire.symbol, instrument]))
type Jump = ReturnType<Simulator['newsSince']>[number]

/** A desk of epoch 3 that starts at START_MS, and what it has published. */
function deskOn(simulator: NewsDeskParts['simulator'], statuses: Readonly<Record<string, MarketStatus>> = {}) {
  const published: NewsFrame[] = []
  const stored: NewsItem[] = []
  const desk = new NewsDesk({
    ...{ epoch: 3, simulator, instruments },
    engine: { status: (symbol) => statuses[symbol] ?? 'open' },
    broadcast: { publishNews: (news) => void published.push(news) },
    onNews: (item) => void stored.push(item),
  })
  const commit = (fill: (open: OpenBatch) => void) => {
    const open = new OpenBatch()
    fill(open)
    return { release: () => open.release((error) => expect.fail(String(error))) }
  }
  return { desk, published, stored, commit }
}

/** A simulator that has drawn these jumps, and whose time the test sets. */
const drawn = (jumps: readonly Jump[]) => ({
  nowMs: START_MS,
  newsSince: (timeMs: number) => jumps.filter((jump) => jump.timeMs > timeMs),
})

test('news is published with its batch, with ids that sort, and only of listed instruments', () => {
  const { desk, published, stored, commit } = deskOn(drawn([]))
  const batch = commit((open) => {
    desk.publish(open, { kind: 'halt', symbol: 'VLNT' }, START_MS + 50)
    desk.publish(open, { kind: 'halt', symbol: 'NONE' }, START_MS + 50)
    for (let i = 0; i < 40; i++) desk.publish(open, { kind: 'resume', symbol: 'MERI' }, START_MS + 100)
  })
  expect([published, stored]).toEqual([[], []])
  batch.release()
  const { headline, ...first } = EVENTS.news.parse(published[0])
  expect(first).toEqual({ epoch: 3, id: expect.any(String) as string, time: START_MS + 50, symbol: 'VLNT', kind: 'halt' }) // prettier-ignore
  expect(headline).toContain('VLNT')
  const ids = published.map(({ id }) => id)
  expect([...new Set(ids)].sort()).toEqual(ids)
  expect(ids).toHaveLength(41)
  expect(stored.map((item) => ({ epoch: item.epoch, ...toWireNews(item) }))).toEqual(published)
})

test('a jump is published once, after prices have followed it', () => {
  const at = START_MS + 500
  const simulator = drawn([
    { timeMs: START_MS, symbol: 'VLNT', logSize: 0.02, scope: 'own' },
    { timeMs: at, symbol: 'NOVA', logSize: 0.01, scope: 'own' },
  ])
  const { desk, published, commit } = deskOn(simulator)
  const look = (nowMs: number) => {
    simulator.nowMs = nowMs
    commit((open) => desk.publishJumps(open)).release()
  }
  look(START_MS + 50)
  look(at + JUMP_NEWS_DELAY_MS - 50)
  expect(published).toEqual([])
  look(at + JUMP_NEWS_DELAY_MS)
  look(at + JUMP_NEWS_DELAY_MS + 50)
  expect(published).toMatchObject([{ kind: 'jump', symbol: 'NOVA', time: at }])
})

test('a jump of the whole market is one headline without a symbol, with the largest visible jump', () => {
  const common = (symbol: string, logSize: number): Jump => ({ timeMs: START_MS + 500, symbol, logSize, scope: 'market' }) // prettier-ignore
  const simulator = drawn([common('VLNT', -0.002), common('VCN-USD', -0.009), common('NOVA', -0.004)])
  const { desk, published, commit } = deskOn(simulator, { 'VCN-USD': 'halted' })
  simulator.nowMs += 10_000
  commit((open) => desk.publishJumps(open)).release()
  expect(published).toMatchObject([{ kind: 'jump', headline: 'Prices across the market have fallen by up to 0.40%' }])
  expect(published[0]).not.toHaveProperty('symbol')
})

test('falls after dividends and jumps of closed instruments are not published', () => {
  const simulator = drawn([
    { timeMs: START_MS + 500, symbol: 'MERI', logSize: -0.01, scope: 'asked' },
    { timeMs: START_MS + 500, symbol: 'VLNT', logSize: -0.01, scope: 'own' },
  ])
  const { desk, published, commit } = deskOn(simulator, { VLNT: 'closed' })
  simulator.nowMs += 10_000
  commit((open) => desk.publishJumps(open)).release()
  expect(published).toEqual([])
})

test('over ten simulated days every drawn jump is published, and nothing else', () => {
  const simulator = Simulator.start({ instruments: INSTRUMENTS.map(toSimulated), seed: 7, startMs: START_MS })
  const { desk, published, commit } = deskOn(simulator)
  while (simulator.nowMs < START_MS + 10 * DAY_MS) {
    simulator.stepWithoutBooks(60_000)
    commit((open) => desk.publishJumps(open)).release()
  }
  const jumps = simulator.newsSince(START_MS).filter(({ timeMs }) => timeMs <= simulator.nowMs - JUMP_NEWS_DELAY_MS)
  const own = jumps.filter(({ scope }) => scope === 'own')
  const common = new Set(jumps.flatMap(({ scope, timeMs }) => (scope === 'market' ? [timeMs] : [])))
  expect(own.length).toBeGreaterThan(50)
  expect(common.size).toBeGreaterThan(0)
  const toldOwn = published.filter(({ symbol }) => symbol !== undefined)
  expect(toldOwn.map(({ time, symbol }) => [time, symbol])).toEqual(own.map(({ timeMs, symbol }) => [timeMs, symbol]))
  expect(new Set(published.flatMap(({ symbol, time }) => (symbol === undefined ? [time] : [])))).toEqual(common)
  expect(published).toHaveLength(own.length + common.size)
  for (const [i, { headline }] of toldOwn.entries()) {
    expect(headline).toMatch(own[i]!.logSize > 0 ? /has (jumped|risen) by/ : /has (dropped|fallen) by/)
  }
})
