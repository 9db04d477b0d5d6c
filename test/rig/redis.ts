import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { programPath } from './program.ts'
import { freePort } from './server.ts'

/*
 * A Redis for tests: each gets its own server, so that tests can run in parallel and damage it. If redis-server can be
 * neither found nor installed, it is the one that REDIS_URL names, which tests may not stop.
 */

const run = promisify(execFile)
const START_MS_MAX = 10_000

export interface TestRedis extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Ends it as a power cut would: its data is lost. */
  kill(): Promise<void>
  /** Kills it if it runs, and starts an empty one at the same address. */
  restart(): Promise<void>
  /** Deletes all data; connections stay. */
  flush(): Promise<void>
  /** Sets its clock to this many seconds off, at once. Only if it was started with `ownClock`. */
  setClock(offsetSeconds: number): Promise<void>
}

interface RedisOptions {
  /** Its clock can be set (by faketime). */
  readonly ownClock?: boolean
}

export async function startRedis({ ownClock = false }: RedisOptions = {}): Promise<TestRedis> {
  const program = await programPath('redis-server').catch((error: unknown) => error)
  if (typeof program !== 'string') {
    const given = process.env['REDIS_URL']
    if (given === undefined || given === '') throw program
    return foreignRedis(given)
  }
  const folder = await mkdtemp(join(tmpdir(), 'valiant-redis-'))
  const clockFile = join(folder, 'clock')
  await writeFile(clockFile, '+0')
  const environment = ownClock ? await clockEnvironment(clockFile) : {}
  const port = await freePort()
  const start = () => startServer(program, port, folder, environment)
  let server = await start()
  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end(server, 'SIGKILL'),
    restart: async () => {
      await end(server, 'SIGKILL')
      server = await start()
    },
    flush: () => flush(port),
    setClock: async (offsetSeconds) => {
      if (!ownClock) throw new Error('expected a Redis that was started with its own clock')
      await writeFile(clockFile, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}`)
    },
    [Symbol.asyncDispose]: async () => {
      // Its data is not needed, and a stopped process could not exit in an orderly way.
      await end(server, 'SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
  return redis
}

async function startServer(
  program: string,
  port: number,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const child = spawn(program, ['--port', String(port), ...settings], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-10_000)))
  }
  const deadlineMs = Date.now() + START_MS_MAX
  while (!printed.includes('Ready to accept connections')) {
    const cause = child.exitCode ?? child.signalCode
    if (cause !== null) throw new Error(`redis-server ended with ${cause}:\n${printed}`)
    if (Date.now() > deadlineMs) {
      await end(child, 'SIGKILL')
      throw new Error(`redis-server was not ready within ${START_MS_MAX} ms:\n${printed}`)
    }
    await delay(10)
  }
  return child
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

async function flush(port: number): Promise<void> {
  const client = new Redis({ port, host: '127.0.0.1' })
  try {
    await client.flushall()
  } finally {
    client.disconnect()
  }
}

const SHARED_MEMORY = '/dev/shm'
const LEFTOVER = /^(?:sem\.faketime_sem|faketime_shm)_(\d+)$/

/** Removes what faketime leaves of a killed process: another one with the same id could not start with it. */
async function clearLeftovers(): Promise<void> {
  for (const name of await readdir(SHARED_MEMORY)) {
    const [, pid] = LEFTOVER.exec(name) ?? []
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    // It may be another user's, or another process may just have removed it.
    await unlink(join(SHARED_MEMORY, name)).catch(() => undefined)
  }
}

/** Makes a program read its clock from a file. Monotonic time, which measures durations, stays real. */
async function clockEnvironment(clockFile: string): Promise<Record<string, string>> {
  await clearLeftovers()
  const { stdout } = await run(await programPath('faketime'), ['-f', '+0', 'printenv', 'LD_PRELOAD'])
  return {
    // libc's malloc before jemalloc, which asks for the time while it starts and would deadlock.
    LD_PRELOAD: `${stdout.trim()} libc.so.6`,
    FAKETIME_TIMESTAMP_FILE: clockFile,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
}

async function foreignRedis(url: string): Promise<TestRedis> {
  const { port } = new URL(url)
  const refuse = () =>
    Promise.reject(new Error('REDIS_URL names a Redis that tests may not stop: install redis-server for this one.'))
  const client = new Redis(url)
  await client.flushall()
  return {
    url,
    port: Number(port === '' ? 6_379 : port),
    kill: refuse,
    restart: refuse,
    setClock: refuse,
    flush: async () => {
      await client.flushall()
    },
    [Symbol.asyncDispose]: async () => {
      await client.quit()
    },
  }
}
