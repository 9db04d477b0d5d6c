import { setTimeout as delay } from 'node:timers/promises'
import type { Subscription } from '@valiant/shared/protocol/market-data'
import { answerQuestions } from './child.ts'
import { type Counts, Histogram } from './histogram.ts'
import { LightSocket } from './light-socket.ts'
import { LoadTrader } from './load-trader.ts'

/** Questions to a process with many clients. */
type ClientsQuestion =
  | {
      readonly open: number
      /** Ports of the servers, to which clients connect in turn. */
      readonly ports: readonly number[]
      readonly perSecond: number
      readonly symbols: readonly string[]
    }
  | { readonly traders: readonly { readonly port: number; readonly cookie: string; readonly symbol: string }[] }
  | { readonly seconds: number; readonly ordersPerSecond: number }

export interface Measured {
  readonly frames: number
  readonly bytes: number
  /** Time from the quantum to its receipt. */
  readonly frameMs: Counts
  readonly orders: number
  readonly ackMs: Counts
  /** Number of refused orders by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Sockets that the server closed. */
  readonly lost: number
  readonly cpuMicroseconds: number
}

/** Frames are timed for one of so many sockets; those of the others are only counted. */
const TIMED_EVERY = 10
const QUOTES = Buffer.from('2["quotes"')
const TIME = Buffer.from('"time":')
const TIME_DIGITS = 13
const HEAD_BYTES = 80
const TRIES_MAX = 20
const RETRY_MS = 500

const sockets: LightSocket[] = []
const traders: LoadTrader[] = []
let frames = 0
let bytes = 0
let frameMs = new Histogram()

answerQuestions(async (question: ClientsQuestion) => {
  if ('open' in question) {
    await openAll(question)
    return undefined
  }
  if ('traders' in question) {
    for (const trader of question.traders) traders.push(await LoadTrader.open(trader))
    return undefined
  }
  return await measure(question)
})

/** Opens all sockets before subscribing any: with thousands of subscribed sockets, handshakes would time out. */
async function openAll({ open, ports, perSecond, symbols }: Extract<ClientsQuestion, { open: number }>) {
  const numbers = Array.from({ length: open }, (_, at) => at)
  await paced(numbers, perSecond, async (at) => {
    sockets.push(await openOne(ports[at % ports.length] ?? 0, at % TIMED_EVERY === 0))
  })
  await paced(sockets, perSecond, async (socket, at) => {
    for (const subscription of terminalOf(symbols[at % symbols.length] ?? '')) {
      const answer = await socket.ask('subscribe', subscription)
      if (!answer.ok) throw new Error(`not subscribed: ${answer.error.message}`)
    }
  })
}

/** Starts `perSecond` items per second, whether or not earlier ones have finished. */
async function paced<Item>(
  items: readonly Item[],
  perSecond: number,
  work: (item: Item, at: number) => Promise<void>,
): Promise<void> {
  const began = performance.now()
  const running: Promise<void>[] = []
  for (const [at, item] of items.entries()) {
    const early = began + (1_000 * at) / perSecond - performance.now()
    if (early > 0) await delay(early)
    running.push(work(item, at))
  }
  await Promise.all(running)
}

/** Retries like a terminal, because a server limits handshakes per second. */
async function openOne(port: number, isTimed: boolean): Promise<LightSocket> {
  for (let tries = 1; ; tries++) {
    try {
      return await LightSocket.open({ port, onMessage: (packet) => count(packet, isTimed) })
    } catch (error) {
      if (tries === TRIES_MAX) throw error
      await delay(RETRY_MS * (0.5 + Math.random()))
    }
  }
}

const terminalOf = (symbol: string): readonly Subscription[] => [
  { channel: 'quotes' },
  { channel: 'book', symbols: [symbol], depth: 25 },
  { channel: 'trades', symbols: [symbol] },
]

function count(packet: Buffer, isTimed: boolean): void {
  frames += 1
  bytes += packet.length
  if (!isTimed || !packet.subarray(0, QUOTES.length).equals(QUOTES)) return
  const at = packet.subarray(0, HEAD_BYTES).indexOf(TIME)
  if (at < 0) return
  const begin = at + TIME.length
  frameMs.add(Date.now() - Number(packet.toString('latin1', begin, begin + TIME_DIGITS)))
}

async function measure({ seconds, ordersPerSecond }: Extract<ClientsQuestion, { seconds: number }>): Promise<Measured> {
  frames = 0
  bytes = 0
  frameMs = new Histogram()
  const before = process.cpuUsage()
  const trading = traders.map((trader, at) =>
    trader.trade({ seconds, perSecond: ordersPerSecond / traders.length, after: at / Math.max(1, ordersPerSecond) }),
  )
  await delay(1_000 * seconds)
  const { user, system } = process.cpuUsage(before)
  const counted = { frames, bytes, frameMs: frameMs.counts, cpuMicroseconds: user + system }
  const ackMs = new Histogram()
  const refused: Record<string, number> = {}
  for (const { acks, codes } of await Promise.all(trading)) {
    for (const ms of acks) ackMs.add(ms)
    for (const code of codes) refused[code] = (refused[code] ?? 0) + 1
  }
  const orders = ackMs.counts.reduce((sum, [, times]) => sum + times, 0)
  const lost = sockets.filter(({ isOpen }) => !isOpen).length
  return { ...counted, orders, ackMs: ackMs.counts, refused, lost }
}
