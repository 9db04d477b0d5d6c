import { randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, test } from 'vitest'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { openDatabase } from './database.ts'
import { migrate, stepsOf } from './migrations.ts'

const OURS = fileURLToPath(new URL('../../db/migrations', import.meta.url))
/** Longer than a migration waits for a lock, about as long as a slow commit. */
const TRADES_ON_MS_MAX = 900

/** A migrated database, a session in it, and the migrations of the version after this one. */
async function versions() {
  const parts = new AsyncDisposableStack()
  const fresh = parts.use(await freshDatabase())
  const folder = await mkdtemp(join(tmpdir(), 'valiant-migrations-'))
  parts.defer(() => rm(folder, { recursive: true, force: true }))
  for (const name of await readdir(OURS)) await copyFile(join(OURS, name), join(folder, name))
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client(fresh.url)
    await client.connect()
    await client.query('SET idle_in_transaction_session_timeout = 0; SET transaction_timeout = 0')
    parts.defer(() => client.end())
    return client
  }
  return {
    url: fresh.url,
    folder,
    connect,
    add: (name: string, text: string) => writeFile(join(folder, `${name}.sql`), text),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

test('a server starts, and commits, on a schema that a newer version has expanded', async () => {
  await using both = await versions()
  await both.add('9001_later', "ALTER TABLE journal_batch ADD COLUMN release text NOT NULL DEFAULT 'before';")
  expect(await migrate(both.url, { folder: both.folder })).toEqual(['9001_later'])
  // This version again: nothing to do, and no error.
  expect(await migrate(both.url)).toEqual([])
  await using database = await openDatabase({ url: both.url, logger: { warn: () => undefined } })
  await database.queries.none(
    "INSERT INTO journal_batch (batch, prev, epoch, stream_position, time_ms) VALUES (1, 0, 1, '0-0', 1)",
  )
  expect(await database.queries.one('SELECT release FROM journal_batch WHERE batch = 1')).toEqual({ release: 'before' })
})

test('a migration yields to trading: statements on its table wait no longer than a slow commit', async () => {
  await using both = await versions()
  await both.add('9001_later', 'ALTER TABLE account ADD COLUMN nickname text;')
  const exporting = await both.connect()
  await exporting.query('BEGIN; SELECT count(*) FROM account')
  const made = Promise.withResolvers<undefined>()
  const migrated = migrate(both.url, {
    folder: both.folder,
    say: (text) => text.includes('could not get its lock') && made.resolve(undefined),
  })
  await made.promise
  // The export continues, the migration keeps retrying, and trading never waits long for it.
  const trading = await both.connect()
  let longestMs = 0
  for (let round = 0; round < 200; round++) {
    const from = performance.now()
    await trading.query('UPDATE account SET seq = seq + 1 WHERE account_id = 1')
    longestMs = Math.max(longestMs, performance.now() - from)
  }
  await exporting.query('COMMIT')
  expect(await migrated).toEqual(['9001_later'])
  expect(longestMs).toBeLessThan(TRADES_ON_MS_MAX)
})

test('an index is built while trading continues and other starting servers wait for their turn', async () => {
  await using both = await versions()
  await both.add(
    '9001_index',
    `-- no transaction: built beside trading.
DROP INDEX CONCURRENTLY IF EXISTS orders_tag;
CREATE INDEX CONCURRENTLY orders_tag ON orders (account_id, tag);
`,
  )
  const exporting = await both.connect()
  await exporting.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM orders')
  const all = Promise.all([1, 2, 3].map(() => migrate(both.url, { folder: both.folder })))
  const watching = await both.connect()
  const building = async () => {
    const { rows } = await watching.query("SELECT FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%'")
    return rows.length
  }
  await expect.poll(building).toBe(1)
  // The index waits for the export's snapshot; trading waits for nothing.
  await watching.query(`INSERT INTO orders (order_id, account_id, client_order_id, symbol, side, type, time_in_force,
    post_only, self_trade, source, lots, limit_ticks, arrival_mid_half_ticks, filled_lots, filled_tick_lots,
    fee_cent_bps, fees_paid_cents, held_cents, status, priority, version, created_at_ms, updated_at_ms, batch)
    VALUES (1, 1, 'a', 'X', 'buy', 'limit', 'gtc', false, 'x', 'x', 1, 1, 1, 0, 0, 0, 0, 0, 'open', 1, 1, 1, 1, 1)`)
  await exporting.query('COMMIT')
  expect((await all).flat()).toEqual(['9001_index'])
  const { rows } = await watching.query<{ valid: boolean }>(
    "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'orders_tag'::regclass",
  )
  expect(rows).toEqual([{ valid: true }])
})

test('a failed migration is rolled back, those before it stay, and the next start continues from there', async () => {
  await using both = await versions()
  const table = `t_${randomBytes(4).toString('hex')}`
  await both.add('9001_good', `CREATE TABLE ${table} (a int);`)
  await both.add('9002_bad', `ALTER TABLE ${table} ADD COLUMN b int; SELECT 1 / 0;`)
  await expect(migrate(both.url, { folder: both.folder })).rejects.toThrow(/division by zero/)
  await both.add('9002_bad', `ALTER TABLE ${table} ADD COLUMN b int;`)
  expect(await migrate(both.url, { folder: both.folder })).toEqual(['9002_bad'])
})

test('a migration without a transaction is split at semicolons at the end of a line', () => {
  expect(stepsOf('-- no transaction: a case\nDROP INDEX a;\n\nCREATE INDEX\n  b;\n')).toEqual([
    '-- no transaction: a case\nDROP INDEX a;',
    '\nCREATE INDEX\n  b;',
  ])
})
