import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import pg from 'pg'
import { Child } from '../test/load/child.ts'
import { LightSocket } from '../test/load/light-socket.ts'
import { LoneJournal, marketOrders } from './lone-journal.ts'
import { quantileOf } from './quantiles.ts'
import type { Rig } from './rig.ts'
import type { OpenVenue } from './sockets.ts'
import { ECHO_CHANNEL, ECHO_STREAM } from './stream-echo.ts'

const SLICES = 20
const WORKS_PER_SLICE = 25
/** Servers run for weeks, so the measurement starts only after V8 has compiled the code path of an order. */
const WARM_UP_MS = 10_000
const WARM_UP = 100
const MEDIAN = 0.5
const TAIL = 0.99

export interface AckTimes {
  readonly p50Ms: number
  readonly p99Ms: number
}
export interface AckComparison {
  readonly order: AckTimes
  readonly echo: AckTimes
  /** A commit of a single row. */
  readonly row: AckTimes
  /** The commit of the order itself, by the journal. */
  readonly journal: AckTimes
  /** Only if orders go through Redis: an entry in a stream and a published message back. */
  readonly redis?: AckTimes
}

/**
 * Measures an order from emit to acknowledgement, with one in flight, and the bare parts of its path, in alternating slices.
 * @param redisUrl the Redis that the venue's commands go through, if any
 */
export async function ackTimes(rig: Rig, venue: OpenVenue, redisUrl?: string): Promise<AckComparison> {
  await using parts = new AsyncDisposableStack()
  const trader = parts.use(await venue.trader())
  const echo = parts.use(await Echo.open())
  const row = parts.use(await BareCommit.open(rig))
  const journal = parts.use(await LoneJournal.open(rig, marketOrders(1)))
  const redis = redisUrl === undefined ? undefined : parts.use(await BareStream.open(redisUrl))
  const works: (() => Promise<unknown>)[] = [
    () => trader.order(),
    () => echo.ask(),
    () => row.once(),
    () => journal.commit(journal.next()),
  ]
  if (redis !== undefined) works.push(() => redis.ask())
  const times: number[][] = works.map(() => [])
  const warmFrom = performance.now()
  do for (const work of works) await timesOf(work, WARM_UP)
  while (performance.now() - warmFrom < WARM_UP_MS)
  for (let slice = 0; slice < SLICES; slice++) {
    for (const [at, work] of works.entries()) times[at]?.push(...(await timesOf(work, WORKS_PER_SLICE)))
  }
  const [order = [], echoed = [], rows = [], journalled = [], streamed] = times
  return {
    ...{ order: summaryOf(order), echo: summaryOf(echoed) },
    ...{ row: summaryOf(rows), journal: summaryOf(journalled) },
    ...(streamed !== undefined && { redis: summaryOf(streamed) }),
  }
}

/**
 * The sum that an order is compared with: the parts that it cannot do without.
 * @param commit which commit is added
 */
export const sumOfParts = (ack: AckComparison, commit: 'row' | 'journal', of: keyof AckTimes): number =>
  ack.echo[of] + ack[commit][of] + (ack.redis?.[of] ?? 0)

async function timesOf(work: () => Promise<unknown>, count: number): Promise<number[]> {
  const times: number[] = []
  for (let at = 0; at < count; at++) {
    const began = performance.now()
    await work()
    times.push(performance.now() - began)
  }
  return times
}

const summaryOf = (times: readonly number[]): AckTimes => ({
  p50Ms: quantileOf(times, MEDIAN),
  p99Ms: quantileOf(times, TAIL),
})

/** A bare Socket.IO server in its own process, with requests from the same kind of client as orders. */
class Echo implements AsyncDisposable {
  readonly #server: ChildProcess
  readonly #socket: LightSocket

  private constructor(server: ChildProcess, socket: LightSocket) {
    this.#server = server
    this.#socket = socket
  }

  static async open(): Promise<Echo> {
    const server = fork(fileURLToPath(new URL('echo-server.ts', import.meta.url)))
    const [port] = (await once(server, 'message')) as [number]
    return new Echo(server, await LightSocket.open({ port }))
  }

  ask(): Promise<unknown> {
    return this.#socket.ask('echo', {
      clientOrderId: 'bench-echo',
      symbol: 'VLNT',
      side: 'buy',
      qty: '1',
      type: 'market',
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close()
    const exited = once(this.#server, 'exit')
    this.#server.disconnect()
    await exited
  }
}

/** One row in its own transaction. */
class BareCommit implements AsyncDisposable {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async open({ plainUrl }: Rig): Promise<BareCommit> {
    const client = new pg.Client({ connectionString: plainUrl })
    await client.connect()
    return new BareCommit(client)
  }

  once(): Promise<unknown> {
    return this.#client.query({ name: 'bare', text: 'INSERT INTO bare_commit (value) VALUES ($1)', values: [1] })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }
}

/** An entry in a stream and a published message back, through another process. */
class BareStream implements AsyncDisposable {
  readonly #other: Child
  readonly #sender: Redis
  readonly #listener: Redis
  #asked = 0
  #answered: ((number: string) => void) | undefined

  private constructor(other: Child, sender: Redis, listener: Redis) {
    this.#other = other
    this.#sender = sender
    this.#listener = listener
    listener.on('message', (_channel, number) => this.#answered?.(number))
  }

  static async open(redisUrl: string): Promise<BareStream> {
    const other = await Child.start(new URL('stream-echo.ts', import.meta.url))
    await other.ask({ redisUrl })
    const stream = new BareStream(other, new Redis(redisUrl), new Redis(redisUrl))
    await stream.#listener.subscribe(ECHO_CHANNEL)
    return stream
  }

  async ask(): Promise<void> {
    const number = String(++this.#asked)
    const answered = new Promise<void>((resolve) => {
      this.#answered = (found) => {
        if (found === number) resolve()
      }
    })
    await this.#sender.xadd(ECHO_STREAM, '*', 'number', number)
    await answered
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sender.disconnect()
    this.#listener.disconnect()
    await this.#other[Symbol.asyncDispose]()
  }
}
