import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { COMPILE_CACHE } from './compile-cache.ts'
import { freshDatabase } from './postgres.ts'

const MAIN = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
/** The shipped instruments. */
export const ALL_INSTRUMENTS = fileURLToPath(new URL('../../db/instruments.json', import.meta.url))
const START_MS_MAX = 60_000
/** Keeps at least this much of the end of the log, and at most twice as much. */
const LOG_CHARACTERS = 200_000

export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
  /** Its output so far. */
  readonly log: () => string
  /** Stops it as an operator would. @returns its exit code */
  stop(): Promise<number | null>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

/**
 * Starts the real server as a separate process and waits until it is ready.
 * @param environment settings beside the defaults for tests; without a DATABASE_URL it starts an embedded Postgres
 * @param main the server/main.ts to run; that of this checkout by default
 */
export async function spawnServer(environment: Readonly<Record<string, string>>, main = MAIN): Promise<TestServer> {
  const port = environment['PORT'] === undefined ? await freePort() : Number(environment['PORT'])
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ENV_FILE: devNull, // ignore a developer's .env
      ...(main === MAIN && COMPILE_CACHE),
      LOG_LEVEL: 'info',
      HOST: '127.0.0.1',
      HISTORY_DAYS: '2', // short, but enough to compute the change of the last day
      MARKET_LIVENESS: '0.5',
      LIMIT_GUESTS_PER_MINUTE: '100000',
      LIMIT_GUESTS_PER_HOUR: '100000',
      LIMIT_PAGES_PER_SECOND: '100000',
      DRAIN_SPREAD_MS: '0',
      ...environment,
      PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // In two parts: trimming one long text for every line would cost a benchmark as much as its own work.
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
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}:\n${server.log()}`)
    }
    if (Date.now() > deadline) {
      await server.kill()
      throw new Error(`the server was not ready within ${START_MS_MAX} ms:\n${server.log()}`)
    }
    const ready = await fetch(`${url}/readyz`).catch(() => undefined)
    if (ready?.status === 200) return server
    await delay(50)
  }
}

/** A server with two instruments on a new database of the tests' Postgres, for tests that are not about durability. */
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

/** Writes a file with some of the shipped instruments: a small market creates its history faster. */
export async function fewInstruments(symbols: readonly string[], folder: string): Promise<string> {
  const all = JSON.parse(await readFile(ALL_INSTRUMENTS, 'utf8')) as { symbol: string }[]
  const few = all.filter(({ symbol }) => symbols.includes(symbol))
  if (few.length < symbols.length) throw new Error(`not all of these are shipped: ${symbols.join(', ')}`)
  const file = join(folder, 'instruments.json')
  await writeFile(file, JSON.stringify(few))
  return file
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
