import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bookChecksum } from '@valiant/shared/protocol/book-checksum'
import type { Answer, ClientToServerEvents, ServerToClientEvents } from '@valiant/shared/protocol/events'
import { type BookFrame, type QuotesFrame, Subscription } from '@valiant/shared/protocol/market-data'
import { Server } from 'socket.io'
import { io as connectTo, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Feed, type RecentHistory } from '../../feed/feed.ts'
import { changeOf, frameOf, listed, tradeOf } from '../../feed/frames.fixture.ts'
import type { SymbolChange } from '../../feed/market-frame.ts'
import { FanOut } from '../delivery/fan-out.ts'
import { MarketData } from './market-data.ts'
import { MarketSubscriptions } from './market-subscriptions.ts'
import { subscribe } from '../requests/subscribe.ts'
import { unsubscribe } from '../requests/unsubscribe.ts'
import { RequestFailure } from '../answering/wire-error.ts'

type Client = Socket<ServerToClientEvents, ClientToServerEvents>

const T = Date.UTC(2026, 0, 5, 12)
const SUBSCRIPTIONS_MAX = 6
let http: HttpServer
let io: Server<ClientToServerEvents, ServerToClientEvents>
let market: MarketData
let subscriptions: MarketSubscriptions
let gaps = 0
let seq = 0
let clients: Client[] = []
/** The stored bars of a symbol. */
let storedHistory: (symbol: string) => Promise<RecentHistory>
/** Runs between the end of a handler and its answer. */
let afterHandler = () => {}

beforeEach(async () => {
  ;[gaps, seq, clients, afterHandler] = [0, 0, [], () => {}]
  storedHistory = () => Promise.resolve({ '1m': [], '1s': [] })
  http = createServer()
  io = new Server(http, { transports: ['websocket'] })
  const feed = new Feed({ instruments: ['NOVA', 'VLNT', 'MERI'].map(listed) })
  subscriptions = new MarketSubscriptions({ io, feed, subscriptionsMax: SUBSCRIPTIONS_MAX })
  market = new MarketData({
    ...{ feed, subscriptions, rooms: new FanOut(io), onGap: () => gaps++ },
    historyOf: (symbol) => storedHistory(symbol),
    log: { error: () => undefined },
  })
  const handlers = {
    subscribe: subscribe({ feed, subscriptions }),
    unsubscribe: unsubscribe({ feed, subscriptions }),
  }
  io.on('connection', (socket) => {
    const requester = {
      account: undefined,
      userId: undefined,
      scopes: [],
      source: 'api',
      socketId: socket.id,
      receivedAtMs: T,
    } as const
    // Through promises, as in the gateway, so that no answer is in the same turn by chance.
    const serve = (name: keyof typeof handlers, payload: Subscription, answer: (answer: Answer<never>) => void) => {
      void Promise.resolve()
        .then(() => handlers[name](Subscription.parse(payload), requester))
        .finally(() => afterHandler())
        .then((data) => answer({ ok: true, data: data as never }))
        .catch((error: unknown) => {
          if (!(error instanceof RequestFailure)) throw error
          answer({ ok: false, error: error.error })
        })
    }
    socket.on('subscribe', (payload, answer) => serve('subscribe', payload, answer))
    socket.on('unsubscribe', (payload, answer) => serve('unsubscribe', payload, answer))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  frame([whole('NOVA'), whole('VLNT'), whole('MERI')], { full: true })
})

afterEach(async () => {
  for (const client of clients) client.disconnect()
  await io.close()
})

const whole = (symbol: string) => changeOf(symbol, { bids: levels(100, -1), asks: levels(101, 1) })
const levels = (from: number, step: number) =>
  Array.from({ length: 120 }, (_, i): [number, number] => [(from + i * step) * 10, 5])
const bid = (symbol: string, lots: number) => changeOf(symbol, { bids: [[1_000, lots]] })

function frame(symbols: SymbolChange[], parts: { full?: boolean; epoch?: number; afterMs?: number } = {}) {
  seq++
  market.market(
    frameOf({
      seq,
      timeMs: T + seq * 50 + (parts.afterMs ?? 0),
      full: parts.full ?? false,
      epoch: parts.epoch ?? 1,
      symbols,
    }),
  )
}

interface Heard {
  readonly event: string
  readonly frame: unknown
}

/** A connected client and all it receives in order, including answers. */
async function connect() {
  const { port } = http.address() as AddressInfo
  const client: Client = connectTo(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true })
  clients.push(client)
  const heard: Heard[] = []
  client.onAny((event: string, ...frames: unknown[]) => heard.push({ event, frame: frames[0] }))
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  /** With a callback, since a promise would report the answer later than a frame right behind it. */
  const ask = (name: 'subscribe' | 'unsubscribe', payload: Subscription) =>
    new Promise<Answer>((resolve) => {
      client.emit(name, payload, (answer: Answer) => {
        if (answer.ok) heard.push({ event: name, frame: answer.data })
        resolve(answer)
      })
    })
  const of = <Frame>(event: string) => heard.filter((one) => one.event === event).map((one) => one.frame as Frame)
  /** Everything sent before the answer has arrived when it does, since a socket keeps its order. */
  const settled = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    await client.timeout(5_000).emitWithAck('unsubscribe', { channel: 'trades', symbols: ['MERI'] })
  }
  return { client, ask, of, heard, settled }
}

test('the answer is the only snapshot and precedes all frames of the subscription, even one that arrives at that moment', async () => {
  const { ask, of, heard, settled } = await connect()
  afterHandler = () => frame([bid('NOVA', 10), bid('VLNT', 10)])
  await ask('subscribe', { channel: 'book', symbols: ['VLNT', 'NOVA'] })
  afterHandler = () => {}
  frame([bid('NOVA', 1_000), bid('VLNT', 1_000)])
  await settled()
  expect(heard[0]?.event).toBe('subscribe')
  const [snapshots] = of<BookFrame[]>('subscribe')
  expect(snapshots?.map(({ symbol, type, depth }) => [symbol, type, depth])).toEqual([['VLNT', 'snapshot', 25], ['NOVA', 'snapshot', 25]]) // prettier-ignore
  for (const snapshot of snapshots!) {
    expect(snapshot.bids[0]).toEqual([1_000, 5])
    let last = snapshot.seq
    const bids = new Map(snapshot.bids)
    for (const update of of<BookFrame>('book').filter(({ symbol }) => symbol === snapshot.symbol)) {
      expect(update).toMatchObject({ type: 'update', prevSeq: last })
      last = update.seq
      for (const [ticks, lots] of update.bids) bids.set(ticks, lots)
      expect(update.checksum).toBe(bookChecksum([...bids], snapshot.asks))
    }
    expect(bids.get(1_000)).toBe(1_000)
  }
})

test('sockets get the quotes they subscribed to: all of them in a common frame, or a selection', async () => {
  const [all, one, two] = [await connect(), await connect(), await connect()]
  const answer = await all.ask('subscribe', { channel: 'quotes' })
  expect(answer).toMatchObject({
    ok: true,
    data: { epoch: 1, q: ['NOVA', 'VLNT', 'MERI'].map((symbol) => [symbol, 1_000, 5, 1_010, 5, 0]) },
  })
  await one.ask('subscribe', { channel: 'quotes', symbols: ['VLNT'] })
  await two.ask('subscribe', { channel: 'quotes', symbols: ['VLNT'] })
  await two.ask('subscribe', { channel: 'quotes', symbols: ['MERI'] })
  frame([bid('NOVA', 6), bid('VLNT', 6)])
  frame([bid('NOVA', 7)])
  frame([bid('MERI', 8)])
  for (const { settled } of [all, one, two]) await settled()
  const symbols = (client: typeof all) => client.of<QuotesFrame>('quotes').map(({ q }) => q.map(([symbol]) => symbol))
  expect(symbols(all)).toEqual([['NOVA', 'VLNT'], ['NOVA'], ['MERI']])
  expect(symbols(one)).toEqual([['VLNT']])
  expect(symbols(two)).toEqual([['VLNT'], ['MERI']])
})

test('unsubscribing ends a stream for all symbols or for some', async () => {
  const { ask, of, settled } = await connect()
  await ask('subscribe', { channel: 'quotes', symbols: ['*'] })
  await ask('unsubscribe', { channel: 'quotes', symbols: ['NOVA'] })
  await ask('subscribe', { channel: 'book', symbols: ['NOVA'], depth: 10 })
  frame([bid('NOVA', 6), bid('VLNT', 6)])
  await settled()
  expect(of<QuotesFrame>('quotes').map(({ q }) => q.length)).toEqual([1])
  expect(of('book')).toHaveLength(1)
  await ask('unsubscribe', { channel: 'quotes' })
  await ask('unsubscribe', { channel: 'book', symbols: ['NOVA'] })
  frame([bid('NOVA', 7), bid('VLNT', 7)])
  await settled()
  expect([of('quotes').length, of('book').length]).toEqual([1, 1])
})

test('a socket has one depth per symbol: subscribing again replaces it', async () => {
  const { ask, of, settled } = await connect()
  await ask('subscribe', { channel: 'book', symbols: ['NOVA'], depth: 100 })
  frame([bid('NOVA', 6)])
  await settled()
  const again = await ask('subscribe', { channel: 'book', symbols: ['NOVA'], depth: 10 })
  expect(again).toMatchObject({ ok: true, data: [{ depth: 10, type: 'snapshot' }] })
  frame([bid('NOVA', 7)])
  await settled()
  expect(of<BookFrame>('book').map(({ depth }) => depth)).toEqual([100, 10])
  await ask('unsubscribe', { channel: 'book', symbols: ['NOVA'] })
  frame([bid('NOVA', 8)])
  await settled()
  expect(of('book')).toHaveLength(2)
})

test('candles, trades and tickers reach their subscribers', async () => {
  const { ask, of, settled } = await connect()
  await ask('subscribe', { channel: 'candles', symbols: ['NOVA'], interval: '1s' })
  await ask('subscribe', { channel: 'trades', symbols: ['NOVA'] })
  await ask('subscribe', { channel: 'ticker', symbols: ['NOVA'] })
  const trades = [tradeOf('NOVA', { id: 7, timeMs: T + 60, ticks: 1_010, lots: 3 })]
  frame([changeOf('NOVA', { trades }), changeOf('VLNT', { trades: [tradeOf('VLNT', { id: 8, timeMs: T + 60 })] })])
  frame([], { afterMs: 1_000 })
  await settled()
  expect(of('trades')).toEqual([{ epoch: 1, symbol: 'NOVA', t: [['7', T + 60, 1_010, 3, 'buy']] }])
  expect(of('candle')).toMatchObject([
    { symbol: 'NOVA', interval: '1s', closed: false, candle: [T, '10.10', '10.10', '10.10', '10.10', '3', 1] },
    { closed: true, candle: [T, '10.10', '10.10', '10.10', '10.10', '3', 1] },
    { closed: false, candle: [T + 1_000, '10.10', '10.10', '10.10', '10.10', '0', 0] },
  ])
  expect(of('ticker')).toMatchObject([{ symbol: 'NOVA', bid: '10.00', ask: '10.10', last: '10.10', volume: '3' }])
})

test('a socket that was held back while a bar closed is sent the closed bar', async () => {
  const { ask, of, settled, client } = await connect()
  const trade = (id: number, ticks: number, afterMs = 0) =>
    frame([changeOf('NOVA', { trades: [tradeOf('NOVA', { id, timeMs: T + seq * 50 + afterMs, ticks })] })], { afterMs })
  trade(1, 1_010)
  await settled()
  await ask('subscribe', { channel: 'candles', symbols: ['NOVA'], interval: '1s' })
  const socket = io.sockets.sockets.get(client.id!)!
  subscriptions.hold(socket)
  trade(2, 900)
  frame([], { afterMs: 2_000 })
  trade(3, 905, 2_000)
  await settled()
  subscriptions.resume(socket)
  trade(4, 906, 2_000)
  await settled()
  expect(of('candle')).toMatchObject([
    { closed: true, candle: [T, '10.10', '10.10', '9.00', '9.00', '2', 2] },
    { closed: true, candle: [T + 1_000, '9.00', '9.00', '9.00', '9.00', '0', 0] },
    { closed: false, candle: [T + 2_000, '9.05', '9.05', '9.05', '9.05', '1', 1] },
    { closed: false, candle: [T + 2_000, '9.05', '9.06', '9.05', '9.06', '2', 2] },
  ])
})

test('after a gap no book frame is sent until a full one, which is a snapshot; older epochs are ignored', async () => {
  const { ask, of, settled } = await connect()
  await ask('subscribe', { channel: 'book', symbols: ['NOVA'], depth: 10 })
  seq++
  frame([bid('NOVA', 6)])
  frame([bid('NOVA', 7)])
  await settled()
  expect([gaps, of('book').length]).toEqual([1, 0])
  frame([whole('NOVA')], { full: true })
  seq = 0
  frame([whole('NOVA'), whole('VLNT')], { full: true, epoch: 2 })
  seq = 50
  frame([bid('NOVA', 9)], { epoch: 1 })
  await settled()
  expect(of('book')).toMatchObject([
    { type: 'snapshot', epoch: 1, seq: 1, prevSeq: 1 },
    { type: 'snapshot', epoch: 2, seq: 2 },
  ])
})

test('a socket at its maximum number of streams is refused more, and keeps those it has', async () => {
  const { ask, of, settled } = await connect()
  await ask('subscribe', { channel: 'quotes' })
  await ask('subscribe', { channel: 'ticker' })
  const refused = await ask('subscribe', { channel: 'book', symbols: ['NOVA'] })
  expect(refused).toMatchObject({ ok: false, error: { code: 'TOO_MANY_SUBSCRIPTIONS', outcome: 'not_executed' } })
  expect(await ask('subscribe', { channel: 'quotes', symbols: ['*'] })).toMatchObject({ ok: true })
  frame([bid('NOVA', 6)])
  await settled()
  expect([of('quotes').length, of('book').length]).toEqual([1, 0])
})

test('the streams of a socket end when it disconnects', async () => {
  const [leaves, stays] = [await connect(), await connect()]
  for (const { ask } of [leaves, stays]) await ask('subscribe', { channel: 'book', symbols: ['NOVA'] })
  const gone = new Promise<void>((resolve) =>
    io.sockets.sockets.get(leaves.client.id!)!.once('disconnect', () => resolve()),
  )
  leaves.client.disconnect()
  await gone
  frame([bid('NOVA', 6)])
  await stays.settled()
  expect([leaves.of('book').length, stays.of('book').length]).toEqual([0, 1])
  expect([...io.sockets.adapter.rooms.keys()].filter((room) => room.startsWith('book'))).toHaveLength(1)
})

test('a frame with a split is shown once the history has been reread, before the frames behind it, and no price jumps', async () => {
  const split = (epoch: number, splits: number) => frame([{ ...whole('NOVA'), splits }], { full: true, epoch })
  const read = Promise.withResolvers<RecentHistory>()
  const bar = { startAtMs: T - 60_000, openTicks: 500, highTicks: 500, lowTicks: 500, closeTicks: 500 }
  storedHistory = () => read.promise
  const { ask, of, settled } = await connect()
  split(1, 0)
  const trades = [tradeOf('NOVA', { id: 7, timeMs: T + 60, ticks: 1_000 })]
  frame([changeOf('NOVA', { trades })])
  await settled()
  await ask('subscribe', { channel: 'quotes', symbols: ['NOVA'] })
  seq = 0
  split(2, 1)
  frame([bid('NOVA', 6)], { epoch: 2 })
  await settled()
  expect(of('quotes')).toEqual([])
  read.resolve({ '1m': [{ ...bar, volumeLots: 2, trades: 1, turnover: 1_000 }], '1s': [] })
  await settled()
  const quotes = of<QuotesFrame>('quotes')
  expect(quotes.map(({ epoch, q }) => [epoch, q[0]?.[5]])).toEqual([
    [2, 500],
    [2, 500],
  ])
})
