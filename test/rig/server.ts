import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startEmbeddedPostgres } from '../../server/database/embedded-postgres.ts'
import { COMPILE_CACHE } from './compile-cache.ts'
import { freshDatabase } from './postgres.ts'

const MAIN = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
/** The shipped instruments. */
export const ALL_INSTRUMENTS = fileURLToPath(new URL('../../db/instruments.json', import.meta.url))
const START_MS_MAX = 60_000
/** At least so much of the end is kept, at most twice as much. */
const LOG_CHARACTERS = 200_000

export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
  /** What it has printed so far. */
  readonly log: () => string
  /** Ends as an operator ends it. @returns its exit code */
  stop(): Promise<number | null>
  /** Ends as a power cut ends it. */
  kill(): Promise<void>
}

/**
 * Starts the real server as a process of its own and waits until it takes traffic.
 * @param environment settings beside those of the test; without a DATABASE_URL it starts an embedded Postgres
 * @param main whose server, that of this checkout when it is not given
 */
export async function spawnServer(environment: Readonly<Record<string, string>>, main = MAIN): Promise<TestServer> {
  const port = environment['PORT'] === undefined ? await freePort() : Number(environment['PORT'])
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ENV_FILE: devNull, // a developer's .env is no business of a test
      ...(main === MAIN && COMPILE_CACHE),
      LOG_LEVEL: 'info',
      HOST: '127.0.0.1',
      HISTORY_DAYS: '2', // a day is cheap, and a change over the last one has something to be held against
      MARKET_LIVENESS: '0.5',
      LIMIT_GUESTS_PER_MINUTE: '100000',
      LIMIT_GUESTS_PER_HOUR: '100000',
      DRAIN_SPREAD_MS: '0',
      ...environment,
      PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // In bunches: to cut a long text anew for every line would cost a bench as much as its own work.
  let earlier = ''
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (printed.length < LOG_CHARACTERS) return
      earlier = printed
      printed = ''
    })
  }
  const exited = once(child, 'exit')
  const url = `http://localhost:${port}`
  const server: TestServer = {
    url,
    port,
    process: child,
    log: () => earlier + printed,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await exited
      return child.exitCode
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop()
    },
  }
  const deadline = Date.now() + START_MS_MAX
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${server.log()}`)
    if (Date.now() > deadline) {
      await server.kill()
      throw new Error(`the server was not ready within ${START_MS_MAX} ms:\n${server.log()}`)
    }
    const ready = await fetch(`${url}/readyz`).catch(() => undefined)
    if (ready?.status === 200) return server
    await delay(50)
  }
}

/** A server with two instruments on a fresh database of the tests' Postgres: for tests that are not about durability. */
export async function startServer(
  environment: Readonly<Record<string, string>> = {},
): Promise<TestServer & { readonly databaseUrl: string }> {
  const database = await freshDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'valiant-data-'))
  try {
    const server = await spawnServer({
      DATABASE_URL: database.url,
      AUTH_SECRET: 'a secret of the tests, long enough for it',
      DATA_DIR: dataDir,
      INSTRUMENTS_FILE: await fewInstruments(['VLNT', 'EUR-USD'], dataDir),
      ...environment,
    })
    return {
      ...server,
      databaseUrl: environment['DATABASE_URL'] ?? database.url,
      [Symbol.asyncDispose]: async () => {
        await server.stop()
        await database[Symbol.asyncDispose]()
        await rm(dataDir, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
}

/** Writes a file of some of the shipped instruments: a market of few makes its history sooner. */
export async function fewInstruments(symbols: readonly string[], folder: string): Promise<string> {
  const all = JSON.parse(await readFile(ALL_INSTRUMENTS, 'utf8')) as { symbol: string }[]
  const few = all.filter(({ symbol }) => symbols.includes(symbol))
  if (few.length < symbols.length) throw new Error(`not all of these are shipped: ${symbols.join(', ')}`)
  const file = join(folder, 'instruments.json')
  await writeFile(file, JSON.stringify(few))
  return file
}

/** A data folder for servers with a Postgres of their own, stopped and removed with it. */
export async function dataFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'valiant-data-'))
  // Run as root, Postgres is another user, who must be able to enter.
  await chmod(path, 0o755)
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      // Whatever a killed server left running is adopted and stopped as it ships.
      await (await startEmbeddedPostgres({ dataDir: path })).stop()
      await rm(path, { recursive: true, force: true })
    },
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return address.port
}
