import { bookChecksum } from '@valiant/shared/protocol/book-checksum'
import type { BookFrame } from '@valiant/shared/protocol/market-data'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { changeOf, frameOf } from '../../feed/frames.fixture.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import { ExchangeStandIn } from '../exchange-stand-in.fixture.ts'
import type { FiredPriceAlert } from '../../journal/alerts.ts'
import { type Client, GatewayRig, noAlerts } from '../gateway.fixture.ts'

const T = Date.UTC(2026, 0, 5, 12)
let rig: GatewayRig
let exchange: ExchangeStandIn
let seq = 0
/** Fired alerts that the database lists as not sent yet. */
let unsent = vi.fn((_accounts: readonly number[]): FiredPriceAlert[] => [])

beforeEach(async () => {
  seq = 0
  exchange = new ExchangeStandIn()
  unsent = vi.fn(() => [])
  const alerts = { ...noAlerts, unsent: (accounts: readonly number[]) => Promise.resolve(unsent(accounts)) }
  rig = await GatewayRig.open({}, 0, undefined, { exchange, alerts })
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

/** A market frame with `lots` at the best bid. */
const bid = (lots: number, parts: Partial<MarketFrame> = {}): MarketFrame =>
  frameOf({ seq: ++seq, timeMs: T + seq * 50, symbols: [changeOf('VLNT', { bids: [[100, lots]] })], ...parts })
const whole = (lots: number, parts: Partial<MarketFrame> = {}): MarketFrame =>
  bid(lots, { full: true, symbols: [changeOf('VLNT', { bids: [[100, lots], [99, 1]], asks: [[101, 1]] })], ...parts }) // prettier-ignore
const publish = (frame: MarketFrame) => exchange.broadcast.publishMarket(frame)

const order = (clientOrderId: string) => ({
  ...{ clientOrderId, symbol: 'VLNT', side: 'buy', type: 'limit', qty: '1', limitPrice: '1.00' },
})

/** The book as the client has it after all frames; throws when their sequence is broken. */
function bookOf(client: Client, snapshot: BookFrame) {
  let [last, bids, asks] = [snapshot.seq, new Map(snapshot.bids), new Map(snapshot.asks)]
  for (const frame of client.of('book') as BookFrame[]) {
    if (frame.type === 'snapshot') [bids, asks] = [new Map(frame.bids), new Map(frame.asks)]
    else {
      expect(frame.prevSeq).toBe(last)
      for (const [ticks, lots] of frame.bids) bids.set(ticks, lots)
      for (const [ticks, lots] of frame.asks) asks.set(ticks, lots)
    }
    last = frame.seq
    expect(frame.checksum).toBe(bookChecksum([...bids], [...asks]))
  }
  return bids
}

async function watchBook(client: Client): Promise<BookFrame> {
  const answer = await client.ask('subscribe', { channel: 'book', symbols: ['VLNT'] })
  if (!answer.ok) throw new Error(answer.error.message)
  const [snapshot] = answer.data as BookFrame[]
  if (snapshot === undefined) throw new Error('expected a snapshot')
  return snapshot
}

test('a gateway that starts during trading begins with the snapshot and the frames since', async () => {
  publish(bid(7))
  exchange.broadcast.keepSnapshot(whole(8))
  publish(bid(9))
  const client = await rig.connect()
  await expect.poll(async () => (await watchBook(client)).bids).toEqual([[100, 9], [99, 1]]) // prettier-ignore
})

test('a gateway that is cut off says so and takes no commands; afterwards its books continue without a gap', async () => {
  publish(whole(5))
  const client = await rig.connect({ cookie: await rig.guest() })
  const snapshot = await watchBook(client)
  publish(bid(6))
  exchange.broadcast.link(false)
  await expect.poll(() => client.of('status')).toMatchObject([{ market: 'degraded' }])
  const taken = exchange.taken.length
  expect(await client.ask('order.place', order('a'))).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } })
  expect(exchange.taken).toHaveLength(taken)
  publish(bid(7))
  exchange.broadcast.keepSnapshot(whole(8))
  exchange.broadcast.link(true)
  publish(bid(9))
  await expect.poll(() => client.of('status')).toMatchObject([{}, { market: 'open' }])
  await expect.poll(() => bookOf(client, snapshot).get(100)).toBe(9)
  publish(bid(10))
  await expect.poll(() => bookOf(client, snapshot).get(100)).toBe(10)
  expect(await client.ask('order.place', order('a'))).toMatchObject({ ok: true })
})

test('a missing frame is made up for by the next snapshot', async () => {
  publish(whole(5))
  const client = await rig.connect()
  const snapshot = await watchBook(client)
  exchange.broadcast.keepSnapshot(whole(6))
  bid(7)
  publish(bid(8))
  const newest = seq
  exchange.broadcast.keepSnapshot({ ...whole(9), seq: newest })
  seq = newest
  publish(bid(10))
  await expect.poll(() => bookOf(client, snapshot).get(100)).toBe(10)
})

/** Events after which something may have been missed. */
const COME_BACKS = [
  ['after the link was cut', (): void => exchange.broadcast.link(true)],
  ['when a frame of the market is missing', (): void => publish(bid(1, { seq: (seq += 5) }))],
  ['under another leader', (): void => publish(whole(1, { epoch: 2 }))],
] as const

test.each(COME_BACKS)('heartbeats reveal a lost account frame, %s', async (_when, comesBack) => {
  publish(whole(5))
  const client = await rig.connect({ cookie: await rig.guest() })
  expect(await client.ask('account', {})).toMatchObject({ ok: true, data: { seq: 1 } })
  exchange.broadcast.loses = true
  expect(await client.ask('order.place', order('a'))).toMatchObject({ ok: true })
  exchange.broadcast.loses = false
  comesBack()
  await expect.poll(() => client.of('heartbeat').at(-1)).toMatchObject({ accountSeq: 2 })
  expect(client.of('account')).toEqual([])
})

test('heartbeats reveal an account frame that was lost while the mirror waited for a snapshot', async () => {
  publish(whole(5))
  const client = await rig.connect({ cookie: await rig.guest() })
  expect(await client.ask('account', {})).toMatchObject({ ok: true, data: { seq: 1 } })
  const read = vi.spyOn(exchange.history, 'seqsOf')
  publish(bid(1, { seq: (seq += 5) }))
  await expect.poll(() => read).toHaveBeenCalled()
  // The frame is lost only now, and no gap reveals it: the snapshot is newer.
  exchange.broadcast.loses = true
  expect(await client.ask('order.place', order('a'))).toMatchObject({ ok: true })
  exchange.broadcast.loses = false
  exchange.broadcast.keepSnapshot(whole(9))
  publish(bid(10))
  await expect.poll(() => client.of('heartbeat').at(-1)).toMatchObject({ accountSeq: 2 })
})

test.each(COME_BACKS)('an alert that nobody received is found, %s', async (_when, comesBack) => {
  publish(whole(5))
  const client = await rig.connect({ cookie: await rig.guest() })
  await expect.poll(() => unsent).toHaveBeenCalled() // alerts that fired before it connected
  unsent.mockImplementation(([account = 0]) => [
    { id: 1, account, symbol: 'VLNT', op: 'above', ticks: 100, note: undefined, createdAtMs: 1, firedAtMs: 2, tradeTicks: 101 }, // prettier-ignore
  ])
  expect(client.of('alert')).toEqual([])
  comesBack()
  await expect.poll(() => client.of('alert')).toMatchObject([{ symbol: 'VLNT', tradePrice: '1.01' }])
})
