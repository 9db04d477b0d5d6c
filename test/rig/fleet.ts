import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { io } from 'socket.io-client'
import { type FaultProxy, openFaultProxy } from './fault-proxy.ts'
import { fewInstruments, freePort, spawnServer, type TestServer } from './server.ts'
import type { TraderSocket } from './trader.ts'

export const SYMBOLS = ['NOVA', 'VLNT', 'EUR-USD'] as const
const LEADER_MS_MAX = 30_000
const LOOK_MS = 10

/** The address of a part of the rig; changes if the part restarts elsewhere. */
export interface Place {
  readonly host: string
  readonly port: number
}

interface FleetOptions {
  readonly size: number
  /** A migrated database. */
  readonly databaseUrl: string
  /** The current address of its Postgres. */
  readonly postgres: Place
  /** The current address of Redis; undefined for a single server. */
  readonly redis: Place | undefined
  readonly environment: Readonly<Record<string, string>>
  /** The server/main.ts to run; that of this checkout by default. */
  readonly main?: string
}

interface Lease {
  readonly epoch: number
  readonly holder: string | null
  readonly expired: boolean
}

/** Several real servers on one database and one Redis, each with its own fault proxies to them. */
export class Fleet implements AsyncDisposable {
  readonly members: Member[]
  readonly #options: FleetOptions
  readonly #database: pg.Pool
  readonly #folder: string

  private constructor(members: Member[], options: FleetOptions, database: pg.Pool, folder: string) {
    this.members = members
    this.#options = options
    this.#database = database
    this.#folder = folder
  }

  static async open(options: FleetOptions): Promise<Fleet> {
    await using parts = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'valiant-fleet-'))
    parts.defer(() => rm(folder, { recursive: true, force: true }))
    const instruments = await fewInstruments(SYMBOLS, folder)
    const database = new pg.Pool({ connectionString: options.databaseUrl, max: 1 })
    database.on('error', () => undefined) // Postgres is stopped on purpose; the next query reconnects
    parts.defer(() => database.end())
    const environment = { INSTRUMENTS_FILE: instruments, ...options.environment }
    const fleet = new Fleet([], { ...options, environment }, database, folder)
    for (let i = 0; i < options.size; i++) parts.use(await fleet.prepare())
    // The first creates the market's history if there is none.
    const [first, ...others] = fleet.members
    await first?.start()
    await Promise.all(others.map((member) => member.start()))
    parts.move()
    return fleet
  }

  /** Adds a server without starting it. @param changes settings that differ from the others' */
  async prepare(changes: Partial<Pick<FleetOptions, 'main' | 'environment'>> = {}): Promise<Member> {
    const name = String.fromCharCode(97 + this.members.length)
    const own = { DATA_DIR: join(this.#folder, name), ...this.#options.environment, ...changes.environment }
    const member = await Member.prepare(name, { ...this.#options, ...changes, environment: own })
    this.members.push(member)
    return member
  }

  get ports(): number[] {
    return this.members.map(({ port }) => port)
  }

  async lease(): Promise<Lease> {
    const { rows } = await this.#database.query<{ epoch: string; holder: string | null; expired: boolean }>(
      'SELECT epoch, holder, expires_at <= clock_timestamp() AS expired FROM lease WHERE id = 1',
    )
    const [row] = rows
    if (row === undefined) throw new Error('expected the row of the lease')
    return { epoch: Number(row.epoch), holder: row.holder, expired: row.expired }
  }

  /** The leader, once there is one. */
  async leader(): Promise<Member> {
    const deadline = Date.now() + LEADER_MS_MAX
    for (;;) {
      const { holder, expired } = await this.lease()
      const leader = this.members.find(({ instanceId }) => instanceId === holder)
      if (leader !== undefined && !expired) return leader
      if (Date.now() > deadline) throw new Error(`nobody leads; the lease is that of ${holder ?? 'nobody'}`)
      await delay(LOOK_MS)
    }
  }

  /** Waits until there is a later epoch than this. @returns when, by this machine's clock */
  async ledAfter(epoch: number): Promise<number> {
    const deadline = Date.now() + LEADER_MS_MAX
    while ((await this.lease()).epoch <= epoch) {
      if (Date.now() > deadline) throw new Error(`nobody took the lease after epoch ${epoch}`)
      await delay(LOOK_MS)
    }
    return Date.now()
  }

  /** Waits until every server runs, is connected, and is ready. */
  async heal(): Promise<void> {
    for (const member of this.members) member.mend()
    for (const member of this.members) await member.ready()
    await this.leader()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.members) member.mend()
    await Promise.all(this.members.map((member) => member[Symbol.asyncDispose]()))
    await this.#database.end()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** What a server's log must not contain: a fatal error or an unhandled promise rejection. */
const FAULT = /"level":60|unhandled promise rejection|UnhandledPromiseRejection|uncaughtException/

/** One server with its settings and its fault proxies. */
export class Member implements AsyncDisposable {
  readonly name: string
  readonly port: number
  readonly postgres: FaultProxy
  readonly redis: FaultProxy | undefined
  /** Lines of its log that show a defect, over all its runs. */
  readonly faults: string[] = []
  /** How often it exited unexpectedly. */
  unexpectedExits = 0
  readonly #environment: Readonly<Record<string, string>>
  readonly #main: string | undefined
  #server: TestServer | undefined
  #instanceId: string | undefined
  #isEndExpected = false

  private constructor(name: string, port: number, own: Pick<FleetOptions, 'environment' | 'main'>, proxies: Proxies) {
    this.name = name
    this.port = port
    this.#environment = own.environment
    this.#main = own.main
    this.postgres = proxies.postgres
    this.redis = proxies.redis
  }

  static async prepare(name: string, options: FleetOptions): Promise<Member> {
    const postgres = await openFaultProxy(options.postgres)
    const redis = options.redis && (await openFaultProxy(options.redis))
    const url = new URL(options.databaseUrl)
    url.host = `127.0.0.1:${postgres.port}`
    const port = await freePort()
    const environment = {
      DATABASE_URL: url.href,
      ...(redis !== undefined && { REDIS_URL: `redis://127.0.0.1:${redis.port}` }),
      ...options.environment,
      PORT: String(port),
    }
    return new Member(name, port, { ...options, environment }, { postgres, redis })
  }

  get url(): string {
    return `http://localhost:${this.port}`
  }

  get instanceId(): string | undefined {
    return this.#instanceId
  }

  get pid(): number {
    return this.#running().process.pid ?? 0
  }

  get lives(): boolean {
    const child = this.#server?.process
    return child !== undefined && child.exitCode === null && child.signalCode === null
  }

  /** @param environment settings for this run only */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#isEndExpected = false
    const server = await spawnServer({ ...this.#environment, ...environment }, this.#main)
    this.#server = server
    const collectFaults = (text: string) =>
      this.faults.push(...text.split('\n').filter((line) => FAULT.test(line) && !this.#isEndExpected))
    collectFaults(server.log())
    for (const stream of [server.process.stdout, server.process.stderr]) stream?.on('data', collectFaults)
    server.process.once('exit', (code, signal) => {
      if (this.#isEndExpected) return
      this.unexpectedExits += 1
      this.faults.push(`${this.name} ended with ${code ?? signal ?? '?'}: ${server.log().slice(-2_000)}`)
    })
    this.#instanceId = await instanceIdAt(this.url)
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.#isEndExpected = true
    await this.#running().kill()
  }

  /** Stops it as an operator would. @returns its exit code */
  async stop(): Promise<number | null> {
    this.#isEndExpected = true
    return await this.#running().stop()
  }

  /** Suspends it until `wake`. */
  sleep(): void {
    this.#running().process.kill('SIGSTOP')
  }

  wake(): void {
    this.#server?.process.kill('SIGCONT')
  }

  /** Wakes it and mends its proxies. */
  mend(): void {
    this.postgres.mend()
    this.redis?.mend()
    if (this.lives) this.wake()
  }

  /** Waits until it is ready; starts it if it has exited. */
  async ready(): Promise<void> {
    if (!this.lives) {
      await this.start()
      return
    }
    const deadline = Date.now() + LEADER_MS_MAX
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
      if (answer?.status === 200) return
      if (Date.now() > deadline) throw new Error(`${this.name} is not ready: ${this.log().slice(-4_000)}`)
      await delay(LOOK_MS)
    }
  }

  log(): string {
    return this.#server?.log() ?? ''
  }

  /** Resident memory of the process in bytes, as the kernel counts it; 0 if unknown. */
  async memoryBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8').catch(() => '')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.lives) await this.stop()
    await this.postgres[Symbol.asyncDispose]()
    await this.redis?.[Symbol.asyncDispose]()
  }

  #running(): TestServer {
    if (this.#server === undefined) throw new Error(`${this.name} has not been started`)
    return this.#server
  }
}

interface Proxies {
  readonly postgres: FaultProxy
  readonly redis: FaultProxy | undefined
}

/** The server's instance id, as in the lease and in `welcome`. */
async function instanceIdAt(url: string): Promise<string> {
  const socket: TraderSocket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false })
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once('welcome', ({ instanceId }) => resolve(instanceId))
      socket.once('connect_error', reject)
      socket.once('disconnect', (reason) => reject(new Error(reason)))
    })
  } finally {
    socket.disconnect()
  }
}
