import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, connect } from '@valiant/shared/client/client'
import type { Socket } from 'socket.io-client'
import type { Subscription } from '@valiant/shared/protocol/market-data'
import { type Member, SYMBOLS } from '../../rig/fleet.ts'
import { openSocket } from '../../rig/trader.ts'
import type { Arena } from '../arena.ts'
import type { TradingRun, Result } from '../trading-run.ts'
import type { Scale } from '../row.ts'
import { openTradingRun } from './open-trading-run.ts'
import { percentile } from './servers.ts'

const MIB = 1_048_576
export const SILENT_CLOSED_MS = 25_000
const CLOSED_MS_MAX = 60_000
export const SILENT_MEMORY_MIB = 200
const SUBSCRIBED_MS = 5_000
const ADMISSIONS_MAX = 50

/** Sockets that subscribe to everything and do not read. */
export async function silentReaders(arena: Arena, { isLong }: Scale): Promise<Result> {
  const { fleet } = arena
  const run = await openTradingRun(arena, { isLong, via: 'haproxy' })
  const leader = await fleet.leader()
  const member = fleet.members.find((each) => each !== leader) ?? leader
  await run.goOn(isLong ? 10_000 : 2_000)
  const delaysBefore = run.log.delaysSince(0)
  const { sockets, from, tookMs, areClosed, grownMib } = await closesSilentReaders(member, isLong ? 500 : 60)
  run.must('all sockets that never read were closed', areClosed)
  run.within('closing them', tookMs, SILENT_CLOSED_MS)
  run.bounded('memory, MiB', grownMib, SILENT_MEMORY_MIB)
  const [p99Before, p99] = [percentile(delaysBefore, 99), percentile(run.log.delaysSince(from), 99)]
  run.note(
    `${sockets} closed after ${tookMs} ms, +${grownMib} MiB; p99 age of prices ${p99Before} ms before, ${p99} ms meanwhile`,
  )
  if (isLong) run.within('delay of prices at the 99th percentile', p99, Math.max(p99Before * 1.2, p99Before + 10))
  return run.close()
}

/** The result of opening sockets that do not read. */
interface SilentEnd {
  readonly sockets: number
  /** When the last one had subscribed. */
  readonly from: number
  readonly tookMs: number
  readonly areClosed: boolean
  /** Peak growth of the server's memory. */
  readonly grownMib: number
}

/** Opens sockets that do not read, and waits until the server has closed them, for a minute at most. */
export async function closesSilentReaders(member: Member, count: number): Promise<SilentEnd> {
  const before = { memory: await member.memoryBytes(), sockets: await openSockets(member) }
  const sockets: Socket[] = []
  try {
    while (sockets.length < count) sockets.push(await silentReader(member.url))
    const from = Date.now()
    let most = 0
    while ((await openSockets(member)) > before.sockets && Date.now() - from < CLOSED_MS_MAX) {
      most = Math.max(most, await member.memoryBytes())
      await delay(200)
    }
    return {
      ...{ sockets: count, from, tookMs: Date.now() - from },
      areClosed: (await openSockets(member)) <= before.sockets,
      grownMib: Math.round((most - before.memory) / MIB),
    }
  } finally {
    for (const socket of sockets) socket.disconnect()
  }
}

/** Subscribes to everything, then stops reading from the connection. */
async function silentReader(url: string): Promise<Socket> {
  const socket = await admitted(url)
  const ended = new Promise<never>((_, reject) => {
    socket.once('disconnect', (reason) => reject(new Error(`a socket ended before it had subscribed: ${reason}`)))
  })
  ended.catch(() => undefined) // once it has subscribed, its end is what is measured
  const subscribe = (request: Subscription) =>
    Promise.race([socket.timeout(20_000).emitWithAck('subscribe', request), ended])
  await subscribe({ channel: 'quotes' })
  await subscribe({ channel: 'book', symbols: [...SYMBOLS], depth: 100 })
  await subscribe({ channel: 'trades', symbols: [...SYMBOLS] })
  const { transport } = socket.io.engine as unknown as { transport: { ws: { _socket: { pause(): void } } } }
  transport.ws._socket.pause()
  return socket
}

/** An address may open only so many sockets a second, which a quiet machine exceeds. */
async function admitted(url: string): Promise<Socket> {
  for (let tries = 1; ; tries++) {
    try {
      return await openSocket(url)
    } catch (error) {
      if (tries === ADMISSIONS_MAX) throw error
      await delay(100)
    }
  }
}

/** Established connections at a server's port, by the kernel's table. Connections that the server has ended do not count. */
async function openSockets({ port }: Member): Promise<number> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n')
  return lines.filter((line) => new RegExp(`^ *\\d+: [0-9A-F]{8}:${hex} \\S+ 01 `).test(line)).length
}

/** The load balancer restarts, so all connections are lost and come back at once. */
export async function manyReconnects(arena: Arena, { isLong }: Scale): Promise<Result> {
  const run = await openTradingRun(arena, { isLong, via: 'nginx' })
  const clients: Watcher[] = []
  try {
    const url = arena.balancers.haproxy.url
    for (let i = 0; i < (isLong ? 1_000 : 150); i++) clients.push(new Watcher(url))
    await allHeard(clients, 0)
    await arena.balancers.haproxy.restart()
    const backAt = Date.now()
    const probe = probeLoops(arena)
    const tookMs = (await allHeard(clients, backAt)) - backAt
    const loopP99 = await probe()
    run.within('all subscribed again', tookMs, SUBSCRIBED_MS)
    run.note(`${clients.length} subscribed again after ${tookMs} ms; /healthz took ${loopP99} ms at p99 meanwhile`)
  } finally {
    for (const client of clients) client.close()
  }
  await run.recovered(Date.now(), { maxMs: 3_000 })
  return run.close()
}

class Watcher {
  readonly #client: Client
  heardAt = 0

  constructor(url: string) {
    this.#client = connect({ url })
    this.#client.subscribe({ channel: 'ticker', symbols: ['NOVA'] }, () => (this.heardAt = Date.now()))
  }

  close(): void {
    this.#client.close()
  }
}

/** Waits until each client has received a frame after a time. @returns when the last one had */
async function allHeard(clients: readonly Watcher[], sinceMs: number): Promise<number> {
  const first = new Map<Watcher, number>()
  const deadline = Date.now() + 60_000
  while (first.size < clients.length) {
    for (const client of clients) if (!first.has(client) && client.heardAt > sinceMs) first.set(client, client.heardAt)
    if (Date.now() > deadline)
      throw new Error(`${clients.length - first.size} of ${clients.length} clients receive nothing`)
    await delay(10)
  }
  return Math.max(...first.values())
}

/** Requests /healthz of each server repeatedly. @returns stops it and gives the 99th percentile of the times in ms */
function probeLoops({ fleet }: Arena): () => Promise<number> {
  const times: number[] = []
  let isOver = false
  const asking = fleet.members.map(async ({ url }) => {
    while (!isOver) {
      const from = performance.now()
      await fetch(`${url}/healthz`).then(
        (answer) => answer.text(),
        () => undefined,
      )
      times.push(Math.round(performance.now() - from))
      await delay(20)
    }
  })
  return async () => {
    isOver = true
    await Promise.all(asking)
    return percentile(times, 99)
  }
}

const SLOWER_MAX = 0.1

/** An export holds a snapshot, which keeps all old versions of rows such as the lease and balances. */
export async function holdSnapshot(arena: Arena, { isLong }: Scale): Promise<Result> {
  const run = await openTradingRun(arena, { isLong, via: 'straight', paceMs: isLong ? 20 : 100 })
  const windowMs = isLong ? 60_000 : 2_000
  const before = await answeredPerSecond(run, windowMs)
  const reader = await arena.connection()
  try {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await reader.query('SET LOCAL transaction_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0')
    await reader.query('SELECT count(*) FROM lease')
    await run.goOn(isLong ? 300_000 : 1_000)
    // Long enough to contain a representative share of checkpoints.
    const meanwhile = await answeredPerSecond(run, isLong ? 300_000 : windowMs)
    run.note(`${Math.round(before)} orders answered per second before, ${Math.round(meanwhile)} at the end of it`)
    if (isLong) run.must('at least 90% of the rate before', meanwhile >= before * (1 - SLOWER_MAX))
    await reader.query('COMMIT')
  } finally {
    await reader.end()
  }
  await run.recovered(Date.now(), { maxMs: 3_000 })
  return run.close()
}

async function answeredPerSecond(run: TradingRun, windowMs: number): Promise<number> {
  const before = run.log.answered
  await run.goOn(windowMs)
  return (run.log.answered - before) / (windowMs / 1_000)
}
