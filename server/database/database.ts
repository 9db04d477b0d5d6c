import pg from 'pg'
import pgPromise, { type IDatabase } from 'pg-promise'
import { Connection, CONNECT_MS_MAX, type DatabaseLogger } from './connection.ts'
import { type MeasuredClients, measuredClients } from './measured-client.ts'
import { SlowStatements } from './slow-statements.ts'
import type { Sample } from '../telemetry/observable-metrics.ts'
import { DatabaseMetrics } from '../telemetry/database-metrics.ts'
import { assertNewEnough, shownUrl } from './postgres-version.ts'
import { endSilence } from './silence.ts'
import { reasonOf, StartupError } from './startup-error.ts'
import { ourTypes } from './types.ts'

interface DatabaseConfig {
  /** Writer endpoint; may go through a pooler. */
  readonly url: string
  /**
   * Goes to Postgres directly, for sessions that keep something of their own: advisory locks, settings, a search_path. A
   * pooler would hand these to others, and PgBouncer and RDS Proxy refuse a connection that brings `options`.
   */
  readonly leaseUrl?: string
  /** Statements that take longer are logged; unset or 0 logs none. */
  readonly slowStatementMs?: number
  /** How long a pool's session may be silent while a statement waits; tests shorten it. */
  readonly silenceMs?: number
  readonly logger: DatabaseLogger
  readonly metrics?: DatabaseMetrics
}

/** Connections to Postgres by purpose, so that an export never starves a commit. */
export interface Database extends AsyncDisposable {
  /** The journal's session. */
  readonly commits: Connection
  /** The lease's session. */
  readonly lease: Connection
  /** For all reads, and for writing bars. */
  readonly queries: Queries
  /** Opens better-auth's pool, which is closed with the rest; search_path is `auth`, int8 stays text. */
  authPool(): pg.Pool
}
export type Queries = IDatabase<unknown>

const QUERY_CONNECTIONS = 8
const AUTH_CONNECTIONS = 4
/** Each statement of better-auth is ended after 1.5 s, and somebody waits to sign in. */
const AUTH_SILENCE_MS_MAX = 3_000
/**
 * A sign-up hashes the password within its transaction, which takes a second or more when the processor is busy. The
 * role's limits are meant for commits.
 */
const AUTH_SETTINGS = [
  'search_path=auth',
  'statement_timeout=1500ms',
  'idle_in_transaction_session_timeout=10s',
  'transaction_timeout=15s',
]
/** Sessions of the pools are replaced after this, so that a new address behind the host name is found. */
const LIFETIME_SECONDS = 300

const pgp = pgPromise({ noWarnings: true })

/**
 * Opens the database. Connections are made when needed, after one that checks that Postgres can be reached.
 * @throws {StartupError} when it cannot, or is too old
 */
export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  const { url, leaseUrl, slowStatementMs = 0, silenceMs, logger, metrics = new DatabaseMetrics() } = config
  await assertUsable(url, 'DATABASE_URL, or unset it to use the embedded one')
  if (leaseUrl !== undefined && leaseUrl !== url) await assertUsable(leaseUrl, 'LEASE_DATABASE_URL')
  const slow = new SlowStatements(slowStatementMs, logger)
  const pools: pg.Pool[] = []
  const ofCommits = measuredClients('commit', metrics, slow)
  const ofLease = measuredClients('lease', metrics, slow)
  const ofQueries = measuredClients('queries', metrics, slow)
  const ofAuth = measuredClients('auth', metrics, slow)
  const commits = new Connection({ url, applicationName: 'valiant-commit', logger, Client: ofCommits.Client })
  const lease = new Connection({
    url: leaseUrl ?? url,
    applicationName: 'valiant-lease',
    logger,
    Client: ofLease.Client,
    // Longer than the role's: acquiring the lease waits for a commit in flight, which the role ends after 1.5 s.
    onOpen: ["SET transaction_timeout = '5s'", "SET lock_timeout = '3s'"],
  })
  const queries = pgp({
    connectionString: url,
    application_name: 'valiant-queries',
    max: QUERY_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    // pg-promise's own, narrower types of the same things
    types: ourTypes as never,
    Client: ofQueries.Client as never,
  })
  endSilence(queries.$pool as unknown as pg.Pool, silenceMs) // which it is; the types are pg-promise's own
  queries.$pool.on('error', (cause: unknown) =>
    logger.warn({ err: cause }, 'database, valiant-queries: connection lost'),
  )

  const forget = metrics.connections.from(() => [
    ...ofConnection('commit', commits, ofCommits),
    ...ofConnection('lease', lease, ofLease),
    ...ofPool('queries', queries.$pool),
    ...pools.flatMap((pool) => ofPool('auth', pool)),
  ])

  return {
    commits,
    lease,
    queries,
    authPool: () => {
      const pool = new pg.Pool({
        connectionString: leaseUrl ?? url,
        options: AUTH_SETTINGS.map((setting) => `-c ${setting}`).join(' '),
        application_name: 'valiant-auth',
        max: AUTH_CONNECTIONS,
        connectionTimeoutMillis: CONNECT_MS_MAX,
        keepAlive: true,
        maxLifetimeSeconds: LIFETIME_SECONDS,
        Client: ofAuth.Client,
      })
      endSilence(pool, silenceMs ?? AUTH_SILENCE_MS_MAX)
      pool.on('error', (cause) => logger.warn({ err: cause }, 'database, valiant-auth: connection lost'))
      pools.push(pool)
      return pool
    },
    [Symbol.asyncDispose]: async () => {
      forget()
      await Promise.all([
        commits[Symbol.asyncDispose](),
        lease[Symbol.asyncDispose](),
        queries.$pool.end(),
        ...pools.map((pool) => pool.end()),
      ])
    },
  }
}

type Connections = Sample<'pool' | 'state'>[]

function ofPool(pool: string, counted: Pick<pg.Pool, 'totalCount' | 'idleCount' | 'waitingCount'>): Connections {
  return [
    [{ pool, state: 'total' }, counted.totalCount],
    [{ pool, state: 'idle' }, counted.idleCount],
    [{ pool, state: 'waiting' }, counted.waitingCount],
  ]
}

/** Counts a connection as a pool of one, whose statements wait behind the one that is running. */
function ofConnection(pool: string, { isOpen }: Connection, clients: MeasuredClients): Connections {
  const running = clients.running()
  return ofPool(pool, {
    totalCount: isOpen ? 1 : 0,
    idleCount: isOpen && running === 0 ? 1 : 0,
    waitingCount: Math.max(0, running - 1),
  })
}

/** @param setting what to check when it is not */
async function assertUsable(url: string, setting: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS_MAX })
  client.on('error', () => undefined) // the running query fails with it too
  try {
    await client.connect()
    await assertNewEnough(client, url)
  } catch (cause) {
    if (cause instanceof StartupError) throw cause
    throw new StartupError(`Cannot reach Postgres at ${shownUrl(url)}: ${reasonOf(cause)}. Check ${setting}.`, {
      cause,
    })
  } finally {
    await client.end().catch(() => undefined)
  }
}
