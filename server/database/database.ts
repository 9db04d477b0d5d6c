import pg from 'pg'
import pgPromise, { type IDatabase } from 'pg-promise'
import { Connection, CONNECT_MS_MAX, type DatabaseLogger } from './connection.ts'
import { reasonOf, StartupError } from './startup-error.ts'
import { ourTypes } from './types.ts'

export interface DatabaseConfig {
  /** Writer endpoint; may go through a pooler. */
  readonly url: string
  /** Goes to Postgres directly: advisory locks need a session of their own. */
  readonly leaseUrl?: string
  readonly logger: DatabaseLogger
}

/** Postgres, by purpose, so that an export never starves a commit. */
export interface Database extends AsyncDisposable {
  /** The journal's session. */
  readonly commits: Connection
  /** The lease's session. */
  readonly lease: Connection
  /** Everything that is read, and bars. */
  readonly queries: Queries
  /** Makes better-auth's pool, closed with the rest; search_path is `auth`, int8 stays text. */
  authPool(): pg.Pool
}
export type Queries = IDatabase<unknown>

const OLDEST_POSTGRES = 17 // transaction_timeout
const QUERY_CONNECTIONS = 8
const AUTH_CONNECTIONS = 4
/** Idle sessions of the pools end after so long, so that a new address behind the name is found. */
const LIFETIME_SECONDS = 300

const pgp = pgPromise({ noWarnings: true })

/**
 * Opens the database; connections are made as they are needed, but for one that shows that it can be reached.
 * @throws {StartupError} when it cannot, or is too old
 */
export async function openDatabase({ url, leaseUrl, logger }: DatabaseConfig): Promise<Database> {
  await assertUsable(url)
  const pools: pg.Pool[] = []
  const commits = new Connection({ url, applicationName: 'valiant-commit', logger })
  const lease = new Connection({
    url: leaseUrl ?? url,
    applicationName: 'valiant-lease',
    logger,
    // Longer than the role's: taking the lease waits for a commit in flight, which the role ends after 1.5 s.
    onOpen: ["SET transaction_timeout = '5s'", "SET lock_timeout = '3s'"],
  })
  const queries = pgp({
    connectionString: url,
    application_name: 'valiant-queries',
    max: QUERY_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    types: ourTypes as never, // pg-promise's own, narrower type of the same thing
  })
  queries.$pool.on('error', (cause: unknown) =>
    logger.warn({ err: cause }, 'database, valiant-queries: connection lost'),
  )

  return {
    commits,
    lease,
    queries,
    authPool: () => {
      const pool = new pg.Pool({
        connectionString: url,
        options: '-c search_path=auth',
        application_name: 'valiant-auth',
        max: AUTH_CONNECTIONS,
        connectionTimeoutMillis: CONNECT_MS_MAX,
        keepAlive: true,
        maxLifetimeSeconds: LIFETIME_SECONDS,
      })
      pool.on('error', (cause) => logger.warn({ err: cause }, 'database, valiant-auth: connection lost'))
      pools.push(pool)
      return pool
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([
        commits[Symbol.asyncDispose](),
        lease[Symbol.asyncDispose](),
        queries.$pool.end(),
        ...pools.map((pool) => pool.end()),
      ])
    },
  }
}

async function assertUsable(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS_MAX })
  client.on('error', () => undefined) // the query that is running says it too
  let version: number
  try {
    await client.connect()
    const result = await client.query<{ server_version_num: string }>('SHOW server_version_num')
    version = Math.floor(Number(result.rows[0]?.server_version_num) / 10_000)
    await client.end()
  } catch (cause) {
    throw new StartupError(
      `Cannot reach Postgres at ${shown(url)}: ${reasonOf(cause)}. Check DATABASE_URL, or unset it to use the embedded one.`,
      { cause },
    )
  }
  if (version >= OLDEST_POSTGRES) return
  throw new StartupError(`Postgres ${version} at ${shown(url)} is too old: ${OLDEST_POSTGRES} or newer is needed.`)
}

/** A connection string as a log may show it: without its password and parameters. */
function shown(url: string): string {
  if (!URL.canParse(url)) return 'an address that is no URL'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
