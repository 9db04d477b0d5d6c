import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEmbeddedPostgres } from '../../server/database/embedded-postgres.ts'
import pg from 'pg'
import { type Balancer, type BalancerName, startBalancer } from '../rig/balancer.ts'
import { Fleet, type Place } from '../rig/fleet.ts'
import type { Target } from './trading-run.ts'
import { startRedis, type TestRedis } from '../rig/redis.ts'
import type { SentOrder } from './trading-log.ts'

const SERVERS = 3
const ENVIRONMENT = {
  AUTH_SECRET: 'a secret of the tests, long enough for it',
  TRUST_PROXY: '1',
  MARKET_LIVENESS: '0.25',
  LIMIT_ORDERS_PER_SECOND: '100000',
  LIMIT_ORDERS_BURST: '100000',
  LIMIT_OPEN_ORDERS: '10000',
  LIMIT_PUBLIC_SOCKETS_PER_ADDRESS: '100000',
  DRAIN_NOTICE_MS: '1500',
  DRAIN_SPREAD_MS: '2000',
} as const
export const DRAIN_SPREAD_MS = Number(ENVIRONMENT.DRAIN_SPREAD_MS)
const POSTGRES_POLL_MS = 20

/** Servers behind both load balancers, a Postgres with shipped settings and a Redis, for one fault after the other. */
export class Arena implements Target, AsyncDisposable {
  readonly fleet: Fleet
  readonly redis: TestRedis
  readonly databaseUrl: string
  readonly balancers: Readonly<Record<BalancerName, Balancer>>
  readonly denied?: SentOrder[]
  readonly #folder: string
  readonly #parts: AsyncDisposableStack

  private constructor(made: Omit<Parts, 'parts'>, parts: AsyncDisposableStack) {
    if (made.collectsDenied) this.denied = []
    this.fleet = made.fleet
    this.redis = made.redis
    this.databaseUrl = made.databaseUrl
    this.balancers = made.balancers
    this.#folder = made.folder
    this.#parts = parts
  }

  /** The first server migrates the database. `main` is the server to start; that of this checkout by default. */
  static async open({
    servers = SERVERS,
    main,
    environment = {},
    collectsDenied = false,
  }: ArenaOptions = {}): Promise<Arena> {
    await using parts = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'valiant-chaos-'))
    await chmod(folder, 0o755) // when run as root, Postgres runs as another user, who must be able to enter
    parts.defer(async () => {
      await (await startEmbeddedPostgres({ dataDir: folder })).stop()
      await rm(folder, { recursive: true, force: true })
    })
    const databaseUrl = await startPostgres(folder)
    const redis = parts.use(await startRedis({ ownClock: true }))
    const fleet = parts.use(
      await Fleet.open({
        size: servers,
        databaseUrl,
        postgres: placeOf(databaseUrl),
        redis: placeOf(redis.url),
        environment: { ...ENVIRONMENT, ...environment },
        ...(main !== undefined && { main }),
      }),
    )
    const haproxy = parts.use(await startBalancer('haproxy', fleet.ports))
    const nginx = parts.use(await startBalancer('nginx', fleet.ports))
    return new Arena({ fleet, redis, databaseUrl, balancers: { haproxy, nginx }, folder, collectsDenied }, parts.move())
  }

  faults(): readonly string[] {
    return this.fleet.members.flatMap(({ faults }) => faults)
  }

  describe(): string {
    return this.fleet.members.map((member) => `${member.name}: ${member.log().slice(-1_500)}`).join('\n')
  }

  /** A session of an operator. */
  async connection(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.databaseUrl })
    client.on('error', () => undefined) // the running query fails with it too
    await client.connect()
    return client
  }

  /** Stops Postgres immediately, even with open connections. */
  async stopPostgres(): Promise<void> {
    const pid = await this.#postmaster()
    process.kill(pid, 'SIGINT')
    while (lives(pid)) await delay(POSTGRES_POLL_MS)
  }

  async startPostgres(): Promise<void> {
    const url = await startPostgres(this.#folder)
    if (url !== this.databaseUrl) throw new Error(`Postgres has another port now: ${placeOf(url).port}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
  }

  async #postmaster(): Promise<number> {
    const [pid = ''] = (await readFile(join(this.#folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')
    return Number(pid)
  }
}

export interface ArenaOptions {
  readonly servers?: number
  readonly main?: string
  /** Settings in addition to those of the arena. */
  readonly environment?: Readonly<Record<string, string>>
  /** Runs don't wait until what was not executed is final: their caller checks `denied` in the end. */
  readonly collectsDenied?: boolean
}

interface Parts {
  readonly fleet: Fleet
  readonly redis: TestRedis
  readonly databaseUrl: string
  readonly balancers: Readonly<Record<BalancerName, Balancer>>
  readonly folder: string
  readonly collectsDenied: boolean
  readonly parts: AsyncDisposableStack
}

/** Shipped settings except for the number of connections, which must suffice for three servers and the tests. */
async function startPostgres(dataDir: string): Promise<string> {
  return (await startEmbeddedPostgres({ dataDir, settings: { max_connections: '120' } })).url
}

function placeOf(url: string): Place {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
