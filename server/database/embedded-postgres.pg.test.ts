import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chown, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { PostgresKeeper } from './postgres-keeper.ts'
import { StartupError } from './startup-error.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'valiant-embedded-'))
  if (process.getuid?.() === 0) await import('node:fs/promises').then(({ chmod }) => chmod(dataDir, 0o755))
})
afterEach(async () => {
  const left = await postmaster()
  if (left !== undefined) process.kill(left, 'SIGINT')
  while (left !== undefined && lives(left)) await new Promise((resolve) => setTimeout(resolve, 20))
  await rm(dataDir, { recursive: true, force: true })
})

const postmaster = async () => {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Number(text.split('\n')[0])
}

/** Whether a process is alive, not counting zombies. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function ask(url: string, text: string): Promise<unknown> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ value: unknown }>(text)
  await client.end()
  return rows[0]?.value
}

test('it starts, keeps its data over a restart, and stops completely; only the owner can read its secret', async () => {
  const first = await startEmbeddedPostgres({ dataDir })
  expect(first.adopted).toBe(false)
  expect(await ask(first.url, "SELECT string_agg(setting, ' ' ORDER BY name) AS value FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'listen_addresses', 'unix_socket_directories', 'data_checksums')")) // prettier-ignore
    .toBe('on on 127.0.0.1 on ')
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS value')
  // The plans of slow statements are logged, without values.
  await ask(first.url, 'SELECT pg_sleep(0.06) AS value')
  const log = join(dataDir, 'postgres.log')
  expect(await readFile(log, 'utf8')).toMatch(/duration: .* plan:\n\tQuery Text: SELECT pg_sleep.*\n\tResult/)
  expect((await stat(join(dataDir, 'postgres.json'))).mode & 0o777).toBe(0o600)
  const pid = await postmaster()
  await first.stop()
  // pg_ctl waits until the pid file is removed, which is a moment before the process ends.
  await expect.poll(() => lives(pid ?? 0)).toBe(false)

  await truncate(log, 17 * 1024 * 1024)
  const second = await startEmbeddedPostgres({ dataDir })
  expect((await stat(log)).size).toBeLessThan(1024 * 1024)
  expect((await stat(`${log}.old`)).size).toBe(17 * 1024 * 1024)
  expect(await ask(second.url, 'SELECT value FROM kept')).toBe(42)
  await second.stop()
  await second.stop() // harmless
})

test('the log of a Postgres that runs on is emptied once it is large; the previous one is kept, and writing goes on', async () => {
  await using postgres = await startEmbeddedPostgres({ dataDir })
  const log = join(dataDir, 'postgres.log')
  await using _keeper = new PostgresKeeper(postgres, { warn: (text: string) => expect.unreachable(text) })
  const slow = (word: string) => ask(postgres.url, `SELECT '${word}' AS value FROM pg_sleep(0.06)`)
  await slow('before')
  await truncate(log, 17 * 1024 * 1024)
  await expect.poll(async () => (await stat(log)).size).toBeLessThan(1024 * 1024)
  expect(await readFile(`${log}.old`, 'utf8')).toContain("SELECT 'before'")
  expect((await stat(`${log}.old`)).mode & 0o777).toBe(0o600)
  await slow('after')
  expect(await readFile(log, 'utf8')).toMatch(/^[^\0]*SELECT 'after'/) // no hole where the old text was
})

test('a Postgres left behind by a killed server is adopted; it runs in its own session', async () => {
  const module = new URL('embedded-postgres.ts', import.meta.url).href
  const code = `const { startEmbeddedPostgres } = await import(${JSON.stringify(module)})
    const postgres = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} })
    console.log(postgres.url); setInterval(() => {}, 1000)`
  const server = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = (await once(createInterface(server.stdout), 'line')) as [string]
  const exit = once(server, 'exit')
  process.kill(-(server.pid ?? 0), 'SIGINT') // to the whole process group, like Ctrl-C
  await exit
  expect(await ask(url, 'SELECT 1 AS value')).toBe(1)

  const adopted = await startEmbeddedPostgres({ dataDir })
  expect([adopted.adopted, adopted.url]).toEqual([true, url])
  const pid = await postmaster()
  await adopted.stop()
  expect(lives(pid ?? 0)).toBe(false)
})

test('it starts despite the stale pid file that a crash of Postgres leaves', async () => {
  const first = await startEmbeddedPostgres({ dataDir })
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS value')
  const pid = (await postmaster()) ?? 0
  process.kill(pid, 'SIGKILL')
  while (lives(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
  const second = await startEmbeddedPostgres({ dataDir })
  expect(second.adopted).toBe(false)
  expect(await ask(second.url, 'SELECT value FROM kept')).toBe(42)
  await second.stop()
})

test('a Postgres that ended by itself is restarted on the same port as soon as that is free', async () => {
  await using first = await startEmbeddedPostgres({ dataDir })
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS value')
  expect(await first.lives()).toBe(true)
  const port = Number(new URL(first.url).port)
  const pid = (await postmaster()) ?? 0
  process.kill(pid, 'SIGKILL')
  while (lives(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
  const other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  const logged: string[] = []
  await using _keeper = new PostgresKeeper(first, { warn: (text: string) => void logged.push(text) })
  await expect.poll(() => logged.join()).toContain(`port ${port} is taken by another program`)
  other.close()
  await expect.poll(() => logged.at(-1)).toContain('it was started again')
  expect(await ask(first.url, 'SELECT value FROM kept')).toBe(42)
  expect(await first.lives()).toBe(true)
})

test('it takes another port when its own is taken by another program', async () => {
  const first = await startEmbeddedPostgres({ dataDir })
  await first.stop()
  const port = Number(new URL(first.url).port)
  const other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  const second = await startEmbeddedPostgres({ dataDir })
  expect(new URL(second.url).port).not.toBe(String(port))
  expect(await ask(second.url, 'SELECT 1 AS value')).toBe(1)
  await second.stop()
  other.close()
})

test('a data directory of another Postgres version is refused and left alone', async () => {
  const first = await startEmbeddedPostgres({ dataDir })
  await first.stop()
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '15\n')
  const starting = startEmbeddedPostgres({ dataDir })
  await expect(starting).rejects.toBeInstanceOf(StartupError)
  await expect(starting).rejects.toThrow(/was made by Postgres 15, but this version comes with Postgres 18/)
})

test('a Postgres that another server uses is left running', async () => {
  const first = await startEmbeddedPostgres({ dataDir })
  const other = new pg.Client({ connectionString: first.url, application_name: 'valiant-commit' })
  await other.connect()
  await first.stop()
  expect(lives((await postmaster()) ?? 0)).toBe(true)
  await other.end()
  await first.stop()
  expect(await postmaster()).toBeUndefined()
})

test('an adopted Postgres with no free connection for the check is left running', async () => {
  const settings = { max_connections: '5', superuser_reserved_connections: '0', reserved_connections: '0' }
  const theirs = { ...settings, max_wal_senders: '0' }
  const first = await startEmbeddedPostgres({ dataDir, settings: theirs })
  const adopted = await startEmbeddedPostgres({ dataDir })
  expect(adopted.adopted).toBe(true)
  const clients = Array.from({ length: 5 }, () => new pg.Client(first.url))
  for (const client of clients) await client.connect()
  await adopted.stop()
  expect(lives((await postmaster()) ?? 0)).toBe(true)
  for (const client of clients) await client.end()
  await first.stop()
  expect(await postmaster()).toBeUndefined()
})

test.runIf(process.getuid?.() === 0)(
  'as root, it stores its data elsewhere if the user postgres cannot enter the folder',
  async () => {
    const { chmod } = await import('node:fs/promises')
    await chmod(dataDir, 0o700)
    const messages: string[] = []
    const deep = join(dataDir, 'deep')
    const first = await startEmbeddedPostgres({ dataDir: deep, say: (text) => messages.push(text) })
    expect(messages.join()).toContain('is closed to the user "postgres"')
    await first.stop()
    const second = await startEmbeddedPostgres({ dataDir: deep })
    expect(second.dataDirectory).toBe(first.dataDirectory)
    await second.stop()
    await rm(dirname(second.dataDirectory), { recursive: true })
  },
)

test.runIf(process.getuid?.() === 0)(
  'root runs it as the user whose data it is, and leaves every file to that user',
  async () => {
    const NOBODY = 65_534
    const first = await startEmbeddedPostgres({ dataDir })
    const port = Number(new URL(first.url).port)
    await first.stop()
    for (const name of await readdir(dataDir, { recursive: true })) await chown(join(dataDir, name), NOBODY, NOBODY)
    await chown(dataDir, NOBODY, NOBODY)
    const other = createServer().listen(port, '127.0.0.1') // so that it writes down another port
    await once(other, 'listening')
    await using second = await startEmbeddedPostgres({ dataDir })
    expect(await ask(second.url, 'SELECT 1 AS value')).toBe(1)
    expect((await stat(`/proc/${await postmaster()}`)).uid).toBe(NOBODY)
    for (const name of ['postgres.log', 'postgres.json', 'postgres/valiant.conf', 'postgres/postmaster.pid']) {
      expect([name, (await stat(join(dataDir, name))).uid]).toEqual([name, NOBODY])
    }
    other.close()
  },
)
