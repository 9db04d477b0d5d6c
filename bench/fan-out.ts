import type { Subscription } from '@valiant/shared/protocol/market-data'
import { startRedis } from '../test/rig/redis.ts'
import { Child } from '../test/load/child.ts'
import type { Published } from './fan-out-server.ts'

/** A case that is compared with bare ws, which sends the same number of frames of the same size. */
export interface FanOutCase {
  readonly sockets: number
  /** Number of gateways for the sockets; a leader sends to them through Redis. Undefined: one gateway without Redis. */
  readonly instances?: number
  /** Each socket watches quotes, a book and its trades and gets three frames per quantum; otherwise quotes, one of 600 bytes. */
  readonly isTerminal?: boolean
}

export interface FanOut {
  /** CPU of the servers per delivered frame in each pair of slices, as a multiple of bare ws. */
  readonly ratios: readonly number[]
  readonly gatewayMicroseconds: readonly number[]
  readonly wsMicroseconds: readonly number[]
}

const SECONDS = 1.5
const PAIRS = 5
/** Pairs at the start that do not count. */
const WARM_UP_PAIRS = 1
/**
 * Before the measurement each server sends for this long, as fast as the clients read: V8 keeps compiling a gateway for about
 * 3,000 quanta, in threads whose CPU counts. With several servers that share the clients, each must send as much as a single
 * one, so it takes that many times longer.
 */
const WARM_UP_SECONDS = 15
const WARM_UP_FRAMES_PER_SECOND = 40_000

const QUOTES: readonly Subscription[] = [{ channel: 'quotes' }]
const TERMINAL: readonly Subscription[] = [
  { channel: 'quotes' },
  { channel: 'book', symbols: ['VLNT'], depth: 25 },
  { channel: 'trades', symbols: ['VLNT'] },
]

/** The cost of a frame per socket that gets it, measured in alternating slices. */
export async function fanOut(one: FanOutCase): Promise<FanOut> {
  await using parts = new AsyncDisposableStack()
  const gateways = await openGateways(parts, one)
  const ws = await openWs(parts, one)
  await gateways.warmUp()
  await ws.warmUp()
  const gatewayMicroseconds: number[] = []
  const wsMicroseconds: number[] = []
  for (let pair = -WARM_UP_PAIRS; pair < PAIRS; pair++) {
    // Strictly alternating: the second of two slices in a row of one server costs a tenth less, because its memory is cached.
    const costs = [await gateways.microsecondsPerFrame(), await ws.microsecondsPerFrame()] as const
    if (pair < 0) continue
    gatewayMicroseconds.push(costs[0])
    wsMicroseconds.push(costs[1])
  }
  const ratios = gatewayMicroseconds.map((cost, pair) => cost / (wsMicroseconds[pair] ?? NaN))
  return { ratios, gatewayMicroseconds, wsMicroseconds }
}

async function openGateways(
  parts: AsyncDisposableStack,
  { sockets, instances, isTerminal = false }: FanOutCase,
): Promise<Side> {
  const redis = instances === undefined ? undefined : parts.use(await startRedis())
  const options = { hasTrades: isTerminal, ...(redis !== undefined && { redisUrl: redis.url }) }
  const clients = parts.use(await Child.start(new URL('light-clients.ts', import.meta.url)))
  const servers: Child[] = []
  for (let at = 0; at < (instances ?? 1); at++) {
    const server = parts.use(await Child.start(new URL('fan-out-server.ts', import.meta.url)))
    const port = await server.ask<number>({ open: 'gateway', ...options })
    servers.push(server)
    const share = Math.floor(sockets / (instances ?? 1))
    await clients.ask({ open: share, port, subscriptions: isTerminal ? TERMINAL : QUOTES, events: EVENTS })
  }
  const [only] = servers
  const leader =
    redis === undefined ? only : parts.use(await Child.start(new URL('fan-out-server.ts', import.meta.url)))
  if (leader === undefined) throw new Error('expected a gateway')
  if (redis !== undefined) await leader.ask({ open: 'leader', ...options })
  return new Side({ publisher: leader, servers, clients, isTerminal })
}

async function openWs(parts: AsyncDisposableStack, { sockets, isTerminal = false }: FanOutCase): Promise<Side> {
  const server = parts.use(await Child.start(new URL('fan-out-server.ts', import.meta.url)))
  const port = await server.ask<number>({ open: 'ws', hasTrades: isTerminal })
  const clients = parts.use(await Child.start(new URL('light-clients.ts', import.meta.url)))
  await clients.ask({ open: sockets, port, bare: true })
  return new Side({ publisher: server, servers: [server], clients, isTerminal })
}

const EVENTS = ['quotes', 'trades', 'book']
const POLL_MS = 50
const ARRIVED_MS_MAX = 10_000

interface SideParts {
  readonly publisher: Child
  /** The servers whose CPU is measured. */
  readonly servers: readonly Child[]
  readonly clients: Child
  readonly isTerminal: boolean
}

class Side {
  readonly #parts: SideParts

  constructor(parts: SideParts) {
    this.#parts = parts
  }

  /** @throws {Error} when a socket has missed a frame */
  async microsecondsPerFrame(): Promise<number> {
    const beforeMicroseconds = await this.#cpuMicroseconds()
    const frames = await this.#publish({ publishSeconds: SECONDS })
    return ((await this.#cpuMicroseconds()) - beforeMicroseconds) / frames
  }

  /** @throws {Error} when a socket has missed a frame */
  async warmUp(): Promise<void> {
    const { clients, servers } = this.#parts
    const { sockets } = await clients.ask<Counts>({ count: true })
    const quantumMs = (1_000 * sockets * this.#framesPerQuantum) / WARM_UP_FRAMES_PER_SECOND
    await this.#publish({ publishSeconds: WARM_UP_SECONDS * servers.length, quantumMs })
  }

  get #framesPerQuantum(): number {
    return this.#parts.isTerminal ? 3 : 1
  }

  /** @returns the number of frames that have arrived. @throws {Error} when a socket has missed one */
  async #publish(question: { readonly publishSeconds: number; readonly quantumMs?: number }): Promise<number> {
    const { publisher, clients } = this.#parts
    const before = await clients.ask<Counts>({ count: true })
    const { quanta } = await publisher.ask<Published>(question)
    const expected = quanta * before.sockets * this.#framesPerQuantum
    await this.#waitFor(before.frames + expected)
    return expected
  }

  /** @throws {Error} when frames are still missing after ARRIVED_MS_MAX */
  async #waitFor(frames: number): Promise<void> {
    const deadlineMs = performance.now() + ARRIVED_MS_MAX
    for (;;) {
      const { frames: found } = await this.#parts.clients.ask<Counts>({ count: true })
      if (found >= frames) return
      if (performance.now() > deadlineMs) throw new Error(`expected ${frames} frames to arrive, found ${found}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  async #cpuMicroseconds(): Promise<number> {
    const usages = await Promise.all(this.#parts.servers.map((server) => server.ask<NodeJS.CpuUsage>({ cpu: true })))
    return usages.reduce((sum, { user, system }) => sum + user + system, 0)
  }
}

interface Counts {
  readonly sockets: number
  readonly frames: number
}
