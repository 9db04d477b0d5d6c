import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { Server } from 'socket.io'
import { WebSocketServer } from 'ws'
import { RedisBroadcast } from '../server/bus/redis/redis-broadcast.ts'
import { RedisLinks } from '../server/bus/redis/redis-links.ts'
import type { MarketFrame } from '../server/feed/market-frame.ts'
import { instruments } from '../server/gateway/exchange-stand-in.fixture.ts'
import { GatewayRig } from '../server/gateway/gateway.fixture.ts'
import { answerQuestions } from '../test/load/child.ts'

/** Questions to one server of a comparison, which runs in its own process. */
export type ServerQuestion =
  | {
      /**
       * `gateway`: the real gateway with an exchange that only sends frames. `leader`: sends frames to gateways through Redis.
       * `ws` and `socket.io`: only these libraries.
       */
      readonly open: 'gateway' | 'leader' | 'ws' | 'socket.io'
      /** The Redis through which gateways get frames. */
      readonly redisUrl?: string
      /** With trades, a socket that watches quotes, a book and its trades gets three frames per quantum; otherwise one of quotes. */
      readonly hasTrades?: boolean
    }
  /** The quantum is 50 ms by default. */
  | { readonly publishSeconds: number; readonly quantumMs?: number }
  | { readonly cpu: true }
  | { readonly memory: true }
  | { readonly guest: true }

export interface Published {
  /** User and system time of this process during the measurement. */
  readonly cpuMicroseconds: number
  readonly quanta: number
}
export interface Memory {
  readonly rssBytes: number
  /** The memory that V8 manages: its heap and external buffers. */
  readonly heapBytes: number
}

const QUANTUM_MS = 50
const UNLIMITED = 1_000_000
const MIDDLE_TICKS = 20_000
const COLLECTIONS = 4
const SETTLE_MS = 150
const REDIS_MS_MAX = 5_000
/** The symbol whose book and trades are watched. */
const SYMBOL = 'VLNT'

const log = pino({ level: 'silent' })
let publish: (quantum: number) => void = () => undefined
let quantum = 0
let hasTrades = false
let rig: GatewayRig | undefined

answerQuestions((question: ServerQuestion) => {
  if ('open' in question) {
    hasTrades = question.hasTrades ?? false
    return open(question.open, question.redisUrl)
  }
  if ('memory' in question) return memory()
  if ('cpu' in question) return process.cpuUsage()
  if ('guest' in question) return rig?.guest()
  return publishFor(1_000 * question.publishSeconds, question.quantumMs ?? QUANTUM_MS)
})

/** @returns the port; 0 if it has none */
async function open(kind: 'gateway' | 'leader' | 'ws' | 'socket.io', redisUrl: string | undefined): Promise<number> {
  switch (kind) {
    case 'gateway':
      return openGateway(redisUrl)
    case 'leader': {
      const { broadcast } = await openRedis(redisUrl ?? '')
      publish = (number) => broadcast.publishMarket(marketFrame(number))
      return 0
    }
    case 'ws':
      return openWs()
    case 'socket.io': {
      const http = createServer()
      new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false })
      return listen(http)
    }
  }
}

async function openGateway(redisUrl: string | undefined): Promise<number> {
  const unlimited = { publicSocketsPerAddress: UNLIMITED, handshakesPerSecond: UNLIMITED, requestsPerSecond: UNLIMITED }
  const redis = redisUrl === undefined ? undefined : await openRedis(redisUrl)
  const made = await GatewayRig.open({ ...unlimited, socketsPerAccount: UNLIMITED }, 0, undefined, {
    ...(redis !== undefined && { adapter: redis.links.adapter() }),
  })
  const { broadcast } = made.exchange
  const ignored = () => undefined
  redis?.broadcast.subscribe({
    ...{ account: ignored, accountSeq: ignored, alert: ignored, status: ignored, news: ignored, linked: ignored },
    market: (frame) => broadcast.publishMarket(frame),
  })
  publish = (number) => broadcast.publishMarket(marketFrame(number))
  rig = made
  return Number(new URL(made.url).port)
}

async function openRedis(url: string) {
  const links = await RedisLinks.open({ url, log, signal: AbortSignal.timeout(REDIS_MS_MAX) })
  return { links, broadcast: new RedisBroadcast<MarketFrame>(links) }
}

function openWs(): Promise<number> {
  const http = createServer()
  const server = new WebSocketServer({ server: http, perMessageDeflate: false })
  publish = (number) => {
    for (const [event, frame] of framesOf(number)) {
      const bytes = Buffer.from(`42${JSON.stringify([event, frame])}`)
      for (const client of server.clients) client.send(bytes, { binary: false })
    }
  }
  return listen(http)
}

async function listen(http: HttpServer): Promise<number> {
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return (http.address() as AddressInfo).port
}

/** Publishes a quantum every `quantumMs` for `ms`. */
async function publishFor(ms: number, quantumMs: number): Promise<Published> {
  const before = process.cpuUsage()
  const quanta = Math.round(ms / quantumMs)
  for (let sent = 0; sent < quanta; sent++) {
    publish(++quantum)
    await new Promise((resolve) => setTimeout(resolve, quantumMs))
  }
  const { user, system } = process.cpuUsage(before)
  return { cpuMicroseconds: user + system, quanta }
}

async function memory(): Promise<Memory> {
  for (let times = 0; times < COLLECTIONS; times++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rssBytes: rss, heapBytes: heapUsed + external }
}

/** The best bid and ask of each symbol change: a socket that watches all quotes gets one frame of about 600 bytes. */
function marketFrame(number: number): MarketFrame {
  const timeMs = Date.now()
  const symbols = instruments.map(({ wire: { symbol } }, at) => ({
    symbol,
    bids: [[MIDDLE_TICKS + at, lotsOf(number, at)]] as const,
    asks: [[MIDDLE_TICKS + at + 1, lotsOf(number, at + 7)]] as const,
    trades:
      hasTrades && symbol === SYMBOL
        ? [{ id: number, symbol, timeMs, ticks: MIDDLE_TICKS, lots: 5, takerSide: 'buy' as const }]
        : [],
    status: 'open' as const,
  }))
  return { epoch: 1, seq: number, timeMs, full: number === 1, indicative: false, symbols }
}

/** The frames that the gateway makes from `marketFrame`. */
function framesOf(number: number): [string, object][] {
  const time = Date.now()
  const q = instruments.map(({ wire: { symbol } }, at) => {
    const ticks = MIDDLE_TICKS + at
    return [symbol, ticks, lotsOf(number, at), ticks + 1, lotsOf(number, at + 7), 0]
  })
  const quotes: [string, object] = ['quotes', { epoch: 1, time, q }]
  if (!hasTrades) return [quotes]
  const level = [[MIDDLE_TICKS, lotsOf(number, 0)]]
  const update = { epoch: 1, symbol: SYMBOL, type: 'update', depth: 25, seq: number, prevSeq: number - 1, time }
  return [
    quotes,
    ['trades', { epoch: 1, symbol: SYMBOL, t: [[String(number), time, MIDDLE_TICKS, 5, 'buy']] }],
    ['book', { ...update, bids: level, asks: level, checksum: 1_000_000_000 + number }],
  ]
}

const lotsOf = (number: number, at: number): number => 100 + ((13 * number + 7 * at) % 900)
