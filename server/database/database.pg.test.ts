import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { openFaultProxy } from '../../test/rig/fault-proxy.ts'
import { freshDatabase, POSTGRES_URL_VARIABLE, withDatabase } from '../../test/rig/postgres.ts'
import { soon } from '../../test/rig/soon.ts'
import { openDatabase } from './database.ts'
import { migrate } from './migrations.ts'
import { sql } from './sql.ts'
import { StartupError } from './startup-error.ts'

const db = fileURLToPath(new URL('../../db', import.meta.url))
const logger = { warn: () => undefined }

test('three servers that start at the same time migrate once', async () => {
  const server = process.env[POSTGRES_URL_VARIABLE] ?? ''
  const root = new pg.Client(withDatabase(server, 'postgres'))
  await root.connect()
  await root.query('CREATE DATABASE migrated_at_once')
  const url = withDatabase(server, 'migrated_at_once')
  try {
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url)])
    const files = (await readdir(join(db, 'migrations'))).map((name) => name.replace('.sql', '')).sort()
    expect(applied.sort((a, b) => b.length - a.length)).toEqual([files, [], []])
  } finally {
    await root.query('DROP DATABASE migrated_at_once WITH (FORCE)')
    await root.end()
  }
})

test('migrations have no down part, and their names are numbered', async () => {
  for (const name of await readdir(join(db, 'migrations'))) {
    expect(name).toMatch(/^\d{4}_[a-z_]+\.sql$/)
    expect(await readFile(join(db, 'migrations', name), 'utf8')).not.toMatch(/^--\s*Down Migration/im)
  }
})

test('the functions in the database equal the files of db/functions', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger })
  const definitions = () =>
    database.queries.any<unknown>(`SELECT proname, pg_get_functiondef(p.oid) AS definition FROM pg_proc p
      JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public' AND prokind = 'f' ORDER BY p.oid`)
  const migrated = await definitions()
  const files = await readdir(join(db, 'functions'))
  expect(migrated).toHaveLength(files.length)
  for (const file of files) await database.queries.none(await readFile(join(db, 'functions', file), 'utf8'))
  expect(await definitions()).toEqual(migrated)
})

test('every file of db/queries is loaded, and every statement matches the schema', async () => {
  await using fresh = await freshDatabase()
  const loaded = Object.values(sql).flatMap((folder) =>
    Object.values(folder).map((one: { file?: string; name?: string }) =>
      one.name === undefined ? String(one.file) : join(db, 'queries', `${one.name}.sql`),
    ),
  )
  const files = (await readdir(join(db, 'queries'), { recursive: true }))
    .filter((name) => name.endsWith('.sql'))
    .map((name) => join(db, 'queries', name))
  expect(loaded.sort()).toEqual(files.sort())
  await using database = await openDatabase({ url: fresh.url, logger })
  await database.queries.none('CREATE EXTENSION pg_stat_statements') // the only object that migrations do not create
  for (const file of files) {
    const text = await readFile(file, 'utf8')
    expect(text, `${file} starts with a comment`).toMatch(/^-- [A-Z]/)
    const explained = /\$1\b/.test(text) ? `EXPLAIN (GENERIC_PLAN) ${text}` : `EXPLAIN ${withTypedNulls(text)}`
    const client = new pg.Client(fresh.url) // the simple protocol, so that $1 needs no value
    await client.connect()
    try {
      await client.query(explained)
    } catch (cause) {
      throw new Error(file, { cause })
    } finally {
      await client.end()
    }
  }
})

/** The text with NULLs of the types in its header as parameters, and for a name the first one in the header. */
function withTypedNulls(text: string): string {
  const header = text.split('\n').filter((line) => line.startsWith('--'))
  return text.replace(/\$\{(\w+)(:name)?\}/g, (_, name: string, isName?: string) => {
    const typed = new RegExp(
      `(?:^--|,) ${name} ((?:int|bigint|text)\\[\\]|int|bigint|text|boolean|name|json|bytea)(?: \\((\\w+))?`,
      'm',
    ).exec(header.join('\n'))
    if (typed === null) throw new Error(`no type in the header for ${name}`)
    return isName === undefined ? `null::${typed[1] ?? ''}` : (typed[2] ?? '')
  })
}

test('better-auth finds nothing left to migrate', async () => {
  const { getMigrations } = await import('better-auth/db/migration')
  const { anonymous } = await import('better-auth/plugins')
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger })
  const { toBeCreated, toBeAdded, toBeAddedIndexes } = await getMigrations({
    database: database.authPool(),
    secret: 'a secret of the tests, long enough',
    emailAndPassword: { enabled: true },
    plugins: [anonymous()],
  })
  expect([toBeCreated, toBeAdded, toBeAddedIndexes]).toEqual([[], [], []])
})

test('int8 is read as bigint in our pools and as text in better-auth’s', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger })
  expect(await database.queries.one('SELECT 9007199254740993 AS n')).toEqual({ n: 9007199254740993n })
  expect(await database.commits.query({ text: 'SELECT 5::bigint AS n' })).toEqual([{ n: 5n }])
  const { rows } = await database.authPool().query("SELECT 5::bigint AS n, current_setting('search_path') AS path")
  expect(rows).toEqual([{ n: '5', path: 'auth' }])
})

test('sessions with their own settings bypass a pooler, which would refuse or share them', async () => {
  await using fresh = await freshDatabase()
  const pooled = new URL(fresh.url)
  await using pooler = await openFaultProxy({ host: pooled.hostname, port: Number(pooled.port) })
  pooler.watch((bytes) => (/\0options\0|SET /.test(bytes.toString('latin1')) ? 'cut' : 'pass'))
  pooled.port = String(pooler.port)
  await using database = await openDatabase({ url: pooled.href, leaseUrl: fresh.url, logger })
  expect((await database.authPool().query('SHOW search_path')).rows).toEqual([{ search_path: 'auth' }])
  expect(await database.lease.query({ text: 'SHOW lock_timeout' })).toEqual([{ lock_timeout: '3s' }])
  expect(await database.queries.one('SELECT 1 AS one')).toEqual({ one: 1 })
})

test('the role has short timeouts and no JIT', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger })
  const settings = await database.queries.any<unknown>(
    `SELECT name, setting FROM pg_settings WHERE source = 'database user' ORDER BY name`,
  )
  expect(settings).toEqual([
    { name: 'client_connection_check_interval', setting: '500' },
    { name: 'idle_in_transaction_session_timeout', setting: '1000' },
    { name: 'jit', setting: 'off' },
    { name: 'lock_timeout', setting: '1000' },
    { name: 'transaction_timeout', setting: '1500' },
  ])
})

test('the sessions of better-auth have limits of their own, since a sign-up hashes within its transaction', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger })
  const { rows } = await database
    .authPool()
    .query(
      `SELECT name, setting FROM pg_settings WHERE name LIKE '%transaction%timeout' OR name = 'statement_timeout' ORDER BY name`,
    )
  expect(rows).toEqual([
    { name: 'idle_in_transaction_session_timeout', setting: '10000' },
    { name: 'statement_timeout', setting: '1500' },
    { name: 'transaction_timeout', setting: '15000' },
  ])
})

test('connections that break while idle are logged and opened again', async () => {
  await using fresh = await freshDatabase()
  const warn = vi.fn()
  await using database = await openDatabase({ url: fresh.url, logger: { warn } })
  const auth = database.authPool()
  const ask = () =>
    Promise.all([
      database.queries.one('SELECT 1'),
      auth.query('SELECT 1'),
      database.commits.query({ text: 'SELECT 1' }),
      database.lease.query({ text: 'SELECT 1' }),
    ])
  await ask()
  const root = new pg.Client(withDatabase(fresh.url, 'postgres'))
  await root.connect()
  await root.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
    new URL(fresh.url).pathname.slice(1),
  ])
  await root.end()
  // A connection may report its end twice, and a pool has several connections, so this waits for each of the four kinds.
  const logged = () => new Set(warn.mock.calls.map(([, message]: string[]) => message))
  await expect.poll(() => logged().size).toBe(4)
  await soon(ask)
})

test('a session that is cut off on purpose is not logged as lost', async () => {
  await using fresh = await freshDatabase()
  const warn = vi.fn()
  await using database = await openDatabase({ url: fresh.url, logger: { warn } })
  const [cut] = await database.commits.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' })
  database.commits.destroy()
  const left = () => database.queries.any('SELECT FROM pg_stat_activity WHERE pid = $1', [cut?.pid])
  await expect.poll(left).toEqual([])
  await database.commits.query({ text: 'SELECT 1' })
  expect(warn).not.toHaveBeenCalled()
})

test('an unreachable Postgres is reported in one line', async () => {
  const opening = openDatabase({ url: 'postgres://me:secret@127.0.0.1:1/x', logger })
  await expect(opening).rejects.toBeInstanceOf(StartupError)
  await expect(opening).rejects.toThrow(/^Cannot reach Postgres at postgres:\/\/127\.0\.0\.1:1\/x: .*ECONNREFUSED/)
})

test('so is an unreachable way past a pooler, by the name of its setting', async () => {
  await using fresh = await freshDatabase()
  const opening = openDatabase({ url: fresh.url, leaseUrl: 'postgres://me:secret@127.0.0.1:1/x', logger })
  await expect(opening).rejects.toThrow(
    /^Cannot reach Postgres at postgres:\/\/127\.0\.0\.1:1\/x: .*ECONNREFUSED.*Check LEASE_DATABASE_URL\./,
  )
})
