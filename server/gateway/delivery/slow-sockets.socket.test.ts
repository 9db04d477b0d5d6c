import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bookChecksum } from '@valiant/shared/protocol/book-checksum'
import { type BookFrame, type Level, Subscription, type TradesFrame } from '@valiant/shared/protocol/market-data'
import { pino } from 'pino'
import { io as connectTo, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { soon } from '../../../test/rig/soon.ts'
import { Feed } from '../../feed/feed.ts'
import { changeOf, frameOf, listed, tradeOf } from '../../feed/frames.fixture.ts'
import { openSocketServer } from '../socket-server.ts'
import type { ValiantServer } from '../valiant-socket.ts'
import { backlogBytes } from './backpressure.ts'
import { FanOut } from './fan-out.ts'
import { clientAddressOf } from '../sessions/client-address.ts'
import { gatewayLimits } from '../sessions/limits.ts'
import { MarketData } from '../market/market-data.ts'
import { MarketSubscriptions } from '../market/market-subscriptions.ts'
import { Origins } from '../http/origin.ts'
import { DeafClient } from '../raw-client.fixture.ts'
import { checkedSubscription } from '../requests/subscribe.ts'
import { SlowSockets } from './slow-sockets.ts'

const SYMBOLS = ['NOVA', 'VLNT', 'MERI', 'AUR']
const T = Date.UTC(2026, 0, 5, 12)
const LEVELS = 100
const ALL_CLOSED_MS_MAX = 25_000
const logger = pino({ level: 'silent' })

let http: HttpServer
let io: ValiantServer
let market: MarketData
let subscriptions: MarketSubscriptions
let slow: SlowSockets
let port: number
let seq: number
const closing: (() => void)[] = []

beforeEach(async () => {
  seq = 0
  http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  port = (http.address() as AddressInfo).port
  const operator = {
    ...{ ordersPerSecond: 1, ordersBurst: 1, openOrders: 1, requestsPerSecond: 1, pagesPerSecond: 1 },
  }
  const more = {
    guestsPerMinute: 1,
    guestsPerHour: 1,
    socketsPerAccount: 1,
    publicSocketsPerAddress: 100,
    preferences: 1,
    preferenceBytesTotal: 1,
    alerts: 1,
    drainSpreadMs: 0,
  }
  io = openSocketServer(http, {
    origins: new Origins(undefined),
    limits: gatewayLimits({ ...operator, ...more }),
    clientAddress: clientAddressOf(''),
  })
  const feed = new Feed({ instruments: SYMBOLS.map(listed) })
  subscriptions = new MarketSubscriptions({ io, feed, subscriptionsMax: 100 })
  const fanOut = new FanOut(io)
  slow = new SlowSockets({ io, subscriptions, fanOut, logger })
  market = new MarketData({
    ...{ feed, subscriptions, rooms: fanOut, onGap: () => undefined, log: { error: () => undefined } },
    historyOf: () => Promise.resolve({ '1m': [], '1s': [] }),
  })
  io.on('connection', (socket) =>
    socket.on('subscribe', (payload, answer) => {
      const checked = checkedSubscription(feed, Subscription.parse(payload))
      answer({ ok: true, data: subscriptions.subscribe(socket.id, checked) as never })
    }),
  )
  await publish({ full: true })
})

afterEach(async () => {
  for (const close of closing.splice(0)) close()
  slow[Symbol.dispose]()
  await io.close()
})

/** Changes every level of every book and makes one trade per symbol. */
async function publish({ full = false } = {}): Promise<void> {
  seq += 1
  const lots = 1_000_000 + seq
  const side = (from: number, step: number) =>
    Array.from({ length: LEVELS }, (_, i): [number, number] => [from + i * step, lots + i])
  const symbols = SYMBOLS.map((symbol) =>
    changeOf(symbol, {
      ...{ bids: side(10_000, -1), asks: side(10_001, 1) },
      trades: [tradeOf(symbol, { id: seq, timeMs: T + seq * 50 })],
    }),
  )
  market.market(frameOf({ seq, timeMs: T + seq * 50, full, symbols }))
  await new Promise(setImmediate)
}

/** TCP connections that are open here. */
const connections = () =>
  new Promise<number>((resolve, reject) =>
    http.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )

/** A client that watches everything, and can stop reading. */
async function connect() {
  const client: Socket = connectTo(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false })
  closing.push(() => client.disconnect())
  const books = new Map<string, BookFrame[]>()
  const trades: number[] = []
  const counts = new Map<string, number>()
  const take = (frame: BookFrame) => books.set(frame.symbol, [...(books.get(frame.symbol) ?? []), frame])
  client.onAny((event: string) => counts.set(event, (counts.get(event) ?? 0) + 1))
  client.on('book', take)
  client.on('trades', ({ symbol, t }: TradesFrame) => {
    if (symbol === 'NOVA') trades.push(...t.map(([id]) => Number(id)))
  })
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  for (const channel of ['book', 'trades', 'quotes', 'ticker'] as const) {
    const depth = channel === 'book' ? { depth: 100 } : {}
    const answer = (await client.emitWithAck('subscribe', { channel, symbols: SYMBOLS, ...depth })) as { data: unknown }
    if (channel === 'book') for (const frame of answer.data as BookFrame[]) take(frame)
  }
  const { transport } = client.io.engine as unknown as {
    transport: { ws: { _socket: { pause(): void; resume(): void }; send(packet: string): void } }
  }
  const pong = () => transport.ws.send('3')
  return { client, books, trades, counts, tcp: transport.ws._socket, pong }
}

/** Follows a book as a client does; throws at a gap or a wrong checksum. @returns the last seq */
function follow(frames: readonly BookFrame[]): number {
  const [first] = frames
  let last = first?.seq ?? 0
  let sides: Record<'bids' | 'asks', Map<number, number>> = { bids: new Map(), asks: new Map() }
  for (const frame of frames) {
    if (frame.type === 'snapshot') sides = { bids: new Map(frame.bids), asks: new Map(frame.asks) }
    else {
      expect(frame.prevSeq).toBe(last)
      for (const side of ['bids', 'asks'] as const) {
        for (const [ticks, lots] of frame[side]) {
          if (lots === 0) sides[side].delete(ticks)
          else sides[side].set(ticks, lots)
        }
      }
    }
    const sorted = (levels: Map<number, number>, sign: number): Level[] =>
      [...levels].sort(([a], [b]) => sign * (a - b))
    expect(frame.checksum).toBe(bookChecksum(sorted(sides.bids, -1), sorted(sides.asks, 1)))
    last = frame.seq
  }
  return last
}

test('a socket that stops reading for a while is held back, then gets one frame per stream and continues without a gap', async () => {
  const [slowOne, healthy] = [await connect(), await connect()]
  const held = vi.spyOn(subscriptions, 'hold')
  const resumed = vi.spyOn(subscriptions, 'resume')
  slowOne.tcp.pause()
  await soon(
    async () => {
      await publish()
      expect(held).toHaveBeenCalledTimes(1)
    },
    { interval: 10 },
  )
  const heldAt = seq
  for (let i = 0; i < 100; i++) await publish()
  const socket = io.sockets.sockets.get(slowOne.client.id ?? '')
  expect(socket && [...socket.rooms]).toEqual([socket?.id])
  slowOne.tcp.resume()
  await expect.poll(() => resumed, { interval: 10 }).toHaveBeenCalledTimes(1)
  const resumedAt = seq
  for (let i = 0; i < 5; i++) await publish()
  await expect.poll(() => slowOne.trades.at(-1)).toBe(seq)
  expect(held.mock.calls[0]?.[0].id).toBe(slowOne.client.id)
  for (const frames of slowOne.books.values()) {
    expect(frames.map(({ type }) => type).filter((type) => type === 'snapshot')).toHaveLength(2)
    follow(frames)
  }
  // Ids rise; the only gap is between where it was held back and the newest fifty trades.
  expect(slowOne.trades.every((id, i) => i === 0 || id > (slowOne.trades[i - 1] ?? 0))).toBe(true)
  expect(slowOne.trades).not.toContain(resumedAt - 50)
  expect(slowOne.trades).toEqual(expect.arrayContaining([heldAt - 1, resumedAt - 49, resumedAt, seq]))
  // The other socket has missed nothing.
  await expect.poll(() => healthy.trades.at(-1)).toBe(seq)
  expect(healthy.trades).toEqual(Array.from({ length: seq - 1 }, (_, i) => i + 2))
  for (const frames of healthy.books.values()) expect(frames.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
  expect(slow.ended).toBe(0)
})

test('a subscription made while a socket is held back begins with its answer and continues once the socket has caught up', async () => {
  const one = await connect()
  const socket = io.sockets.sockets.get(one.client.id ?? '')
  if (socket === undefined) throw new Error('expected a socket')
  subscriptions.hold(socket)
  await publish()
  const answer = (await one.client.emitWithAck('subscribe', { channel: 'book', symbols: ['VLNT'], depth: 10 })) as {
    readonly data: readonly BookFrame[]
  }
  one.books.set('VLNT', [...answer.data])
  await one.client.emitWithAck('subscribe', { channel: 'trades', symbols: ['NOVA'] })
  await publish()
  subscriptions.resume(socket)
  await publish()
  await expect.poll(() => one.trades.at(-1)).toBe(seq)
  expect(one.trades).toEqual([seq - 1, seq])
  const vlnt = one.books.get('VLNT') ?? []
  expect(vlnt.map(({ type, depth }) => [type, depth])).toEqual([['snapshot', 10], ['snapshot', 10], ['update', 10]]) // prettier-ignore
  expect(follow(vlnt)).toBe(vlnt.at(-1)?.seq)
})

test('clients that never read use bounded memory and are all closed in time; one that reads misses nothing', async () => {
  const healthy = await connect()
  const startMs = performance.now()
  const deaf = await Promise.all(Array.from({ length: 40 }, () => DeafClient.connect(port)))
  const unjoined = await Promise.all(Array.from({ length: 5 }, () => DeafClient.connect(port, { joins: false })))
  closing.push(...[...deaf, ...unjoined].map((client) => () => client.destroy()))
  // Half of them watch the market; the others do not read either, but little is sent to them.
  for (const client of deaf.slice(0, 20)) client.ask('subscribe', { channel: 'book', symbols: SYMBOLS, depth: 100 })
  let mostBytes = 0
  await soon(async () => {
    await publish()
    for (const socket of io.sockets.sockets.values()) mostBytes = Math.max(mostBytes, backlogBytes(socket))
    expect(await connections()).toBe(1)
  })
  expect(performance.now() - startMs).toBeLessThan(ALL_CLOSED_MS_MAX)
  expect(slow.ended).toBe(40)
  expect(mostBytes).toBeLessThan(1_048_576)
  await expect.poll(() => healthy.trades.at(-1)).toBe(seq)
  expect(healthy.trades).toEqual(Array.from({ length: seq - 1 }, (_, i) => i + 2))
  for (const frames of healthy.books.values()) follow(frames)
}, 60_000)

test('a client that does not answer gets the reason before it is closed, and one that does stays', async () => {
  let nowMs = performance.now()
  using _clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  slow.look()
  const [reading, paused, healthy] = [await connect(), await connect(), await connect()]
  const goodbyes = [reading, paused, healthy].map(({ client }) => {
    const received: unknown[] = []
    client
      .on('goodbye', (goodbye: unknown) => received.push(goodbye))
      .on('disconnect', (reason) => received.push(reason))
    return received
  })
  const heard = vi.fn()
  io.sockets.sockets.get(healthy.client.id ?? '')?.conn.on('heartbeat', heard)
  const warned = vi.spyOn(logger, 'warn')
  paused.tcp.pause()
  /** So many seconds in which nobody says anything. */
  const pass = (seconds: number) => {
    for (let looks = 0; looks < 2 * seconds; looks++) {
      nowMs += 500
      slow.look()
    }
  }
  pass(17)
  healthy.pong()
  await expect.poll(() => heard).toHaveBeenCalledOnce()
  expect(slow.ended).toBe(0)
  pass(1)
  expect(slow.ended).toBe(2)
  const silentMs = expect.closeTo(18_000, 3) as number // a sum of doubles
  expect(warned.mock.calls).toMatchObject([reading, paused].map(({ client }) => [{ socket: client.id, silentMs }, 'closing a slow socket'])) // prettier-ignore
  paused.tcp.resume()
  const why = {
    code: 'SLOW_CLIENT',
    message: 'This client did not answer: it is not reading, or not fast enough.',
  }
  await expect.poll(() => goodbyes).toEqual([[why, 'io server disconnect'], [why, 'io server disconnect'], []])
  await expect.poll(connections).toBe(1)
  expect(healthy.client.connected).toBe(true)
})
