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

/** Where a part of the rig listens; a part that starts anew elsewhere changes it. */
export interface Place {
  readonly host: string
  readonly port: number
}

export interface FleetOptions {
  readonly size: number
  /** A migrated database. */
  readonly databaseUrl: string
  /** Where its Postgres is now. */
  readonly postgres: Place
  /** Where Redis is now; undefined for one server alone. */
  readonly redis: Place | undefined
  readonly environment: Readonly<Record<string, string>>
  /** Whose server/main.ts they run, that of this checkout when it is not given. */
  readonly main?: string
}

export interface Lease {
  readonly epoch: number
  readonly holder: string | null
  readonly expired: boolean
}

/** Several real servers on one database and one Redis, each with cables of its own to them. */
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
    database.on('error', () => undefined) // Postgres is stopped on purpose; the next query connects anew
    parts.defer(() => database.end())
    const environment = { INSTRUMENTS_FILE: instruments, ...options.environment }
    const fleet = new Fleet([], { ...options, environment }, database, folder)
    for (let i = 0; i < options.size; i++) parts.use(await fleet.prepare())
    // The first makes the market's history where there is none; the others find it.
    const [first, ...others] = fleet.members
    await first?.start()
    await Promise.all(others.map((member) => member.start()))
    parts.move()
    return fleet
  }

  /** One more, with a place of its own, not yet started. @param changes what it has otherwise than the rest */
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

  /** Who leads, once somebody does. */
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

  /** Waits until another epoch than this one is led. @returns when, by this machine's clock */
  async ledAfter(epoch: number): Promise<number> {
    const deadline = Date.now() + LEADER_MS_MAX
    while ((await this.lease()).epoch <= epoch) {
      if (Date.now() > deadline) throw new Error(`nobody took the lease after epoch ${epoch}`)
      await delay(LOOK_MS)
    }
    return Date.now()
  }

  /** Everyone runs, is connected, and takes traffic. */
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

/** What a server's log must not say: an end that nobody wished, or an unhandled promise rejection. */
const FAULT = /"level":60|unhandled promise rejection|UnhandledPromiseRejection|uncaughtException/

/** One server, its settings and its cables. */
export class Member implements AsyncDisposable {
  readonly name: string
  readonly port: number
  readonly postgres: FaultProxy
  readonly redis: FaultProxy | undefined
  /** Lines of its log that tell of a defect, over all its lives. */
  readonly faults: string[] = []
  /** How often it ended although nobody ended it. */
  unwished = 0
  readonly #environment: Readonly<Record<string, string>>
  readonly #main: string | undefined
  #server: TestServer | undefined
  #instanceId: string | undefined
  #isEndWished = false

  private constructor(name: string, port: number, own: Pick<FleetOptions, 'environment' | 'main'>, cables: Cables) {
    this.name = name
    this.port = port
    this.#environment = own.environment
    this.#main = own.main
    this.postgres = cables.postgres
    this.redis = cables.redis
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

  /** @param environment settings of this life alone */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#isEndWished = false
    const server = await spawnServer({ ...this.#environment, ...environment }, this.#main)
    this.#server = server
    const look = (text: string) =>
      this.faults.push(...text.split('\n').filter((line) => FAULT.test(line) && !this.#isEndWished))
    look(server.log())
    for (const stream of [server.process.stdout, server.process.stderr]) stream?.on('data', look)
    server.process.once('exit', (code, signal) => {
      if (this.#isEndWished) return
      this.unwished += 1
      this.faults.push(`${this.name} ended with ${code ?? signal ?? '?'}: ${server.log().slice(-2_000)}`)
    })
    this.#instanceId = await instanceIdAt(this.url)
  }

  /** Ends as a power cut ends it. */
  async kill(): Promise<void> {
    this.#isEndWished = true
    await this.#running().kill()
  }

  /** Ends as an operator ends it. @returns its exit code */
  async stop(): Promise<number | null> {
    this.#isEndWished = true
    return await this.#running().stop()
  }

  /** Stands still until it is woken. */
  sleep(): void {
    this.#running().process.kill('SIGSTOP')
  }

  wake(): void {
    this.#server?.process.kill('SIGCONT')
  }

  /** Wakes it and makes its cables whole. */
  mend(): void {
    this.postgres.mend()
    this.redis?.mend()
    if (this.lives) this.wake()
  }

  /** Takes traffic, started again if it has ended. */
  async ready(): Promise<void> {
    if (!this.lives) {
      await this.start()
      return
    }
    const deadline = Date.now() + LEADER_MS_MAX
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
      if (answer?.status === 200) return
      if (Date.now() > deadline) throw new Error(`${this.name} does not take traffic: ${this.log().slice(-4_000)}`)
      await delay(LOOK_MS)
    }
  }

  log(): string {
    return this.#server?.log() ?? ''
  }

  /** Resident memory of the process, in bytes, as the kernel counts it; 0 where it does not say. */
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

interface Cables {
  readonly postgres: FaultProxy
  readonly redis: FaultProxy | undefined
}

/** What the server calls itself, in the lease and to its sockets. */
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
