import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { expect, test } from 'vitest'
import { freshDatabase, POSTGRES_URL_VARIABLE, withDatabase } from '../../test/rig/postgres.ts'
import { openDatabase } from '../database/database.ts'
import { migrate } from '../database/migrations.ts'
import { sql } from '../database/sql.ts'
import { OUTSIDE } from '../engine/command.ts'
import { CASH } from '../engine/event.ts'
import { encodeBatch } from './batch.ts'
import { accountOf, batchOf, counters, depositOf, entryOf } from './batch.fixture.ts'
import { History } from './history.ts'
import { Journal } from './journal.ts'
import { readState } from './recovery.ts'
import { ofType } from './row-writer.ts'

const MIGRATIONS = fileURLToPath(new URL('../../db/migrations', import.meta.url))
const BEFORE = 6
/** The place of the entries with notes among the parameters, which commit_batch_2 does not have. */
const NOTED_AT = 10

/** A database with the schema of migration 0006, dropped at the end. */
async function databaseBefore() {
  const server = process.env[POSTGRES_URL_VARIABLE] ?? ''
  const name = `before_${randomBytes(6).toString('hex')}`
  const root = new pg.Client(withDatabase(server, 'postgres'))
  await root.connect()
  await root.query(`CREATE DATABASE ${name}`)
  const client = new pg.Client(withDatabase(server, name))
  await client.connect()
  const quiet = () => undefined
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  await runner({
    dbClient: client,
    dir: MIGRATIONS,
    direction: 'up',
    count: BEFORE,
    migrationsTable: 'schema_migration',
    singleTransaction: true,
    logger,
  })
  return {
    client,
    url: withDatabase(server, name),
    [Symbol.asyncDispose]: async () => {
      await client.end()
      await root.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await root.end()
    },
  }
}

/** Alice (100) has 1,000.00, buys 5 from the house with a fee, then sells 2 to Bob (200). */
const AS_IT_WAS = `
  INSERT INTO account (account_id, name, created_at_ms, batch, entry_number) VALUES (100, 'alice', 1, 1, 6), (200, 'bob', 1, 1, 3);
  INSERT INTO journal_batch (batch, prev, epoch, stream_position, time_ms) VALUES (1, 0, 0, '1-0', 5);
  INSERT INTO ledger_entry (entry_id, movement_id, account_id, kind, asset, amount, balance_after, order_number, fill_number, time_ms, batch)
  SELECT account::bigint << 32 | number, movement::bigint << 32 | first, account, kind, asset, amount, after, o, f, 7, 1
  FROM (VALUES
    (100, 1, 100, 1, 'deposit', 'USD', 100000, 100000, NULL, NULL), (3, 1, 100, 1, 'deposit', 'USD', -100000, NULL, NULL, NULL),
    (200, 1, 200, 1, 'deposit', 'USD', 5000, 5000, NULL, NULL), (3, 2, 200, 1, 'deposit', 'USD', -5000, NULL, NULL, NULL),
    (100, 2, 100, 2, 'trade', 'USD', -500, 99500, 1, 1), (100, 3, 100, 2, 'trade', 'VLNT', 5, 5, 1, 1),
    (1, 1, 100, 2, 'trade', 'USD', 500, NULL, NULL, NULL), (1, 2, 100, 2, 'trade', 'VLNT', -5, NULL, NULL, NULL),
    (100, 4, 100, 4, 'fee', 'USD', -1, 99499, 1, 1), (2, 1, 100, 4, 'fee', 'USD', 1, NULL, NULL, NULL),
    (200, 2, 200, 2, 'trade', 'USD', -200, 4800, 1, 1), (200, 3, 200, 2, 'trade', 'VLNT', 2, 2, 1, 1),
    (100, 5, 200, 2, 'trade', 'USD', 200, 99699, 2, 2), (100, 6, 200, 2, 'trade', 'VLNT', -2, 3, 2, 2)
  ) AS line (account, number, movement, first, kind, asset, amount, after, o, f);
  INSERT INTO command_result VALUES (100, 'o:a', 1, '\\x00', 1, '{"ok":true}')`

test('the previous version’s data is kept: ledgers, balances and answers', async () => {
  await using before = await databaseBefore()
  await before.client.query(AS_IT_WAS)
  const balances = async () =>
    (await before.client.query('SELECT account_id, asset, amount, floor FROM balance ORDER BY 1, 2')).rows as unknown[]
  const kept = await balances()
  expect((await migrate(before.url))[0]).toBe('0007_complete_exchange')
  expect(await balances()).toEqual(kept)

  await using database = await openDatabase({ url: before.url, logger: { warn: () => undefined } })
  const history = new History(database.queries)
  const told = async (account: number) =>
    (await history.entries(account, { limit: 99 })).map(
      ({ number, counter, kind, asset, amount, balanceAfter, orderNumber, counterOrderNumber }) =>
        [number, counter, kind, asset, amount, balanceAfter, orderNumber, counterOrderNumber] as const,
    )
  expect(await told(100)).toEqual([
    [6, 200, 'trade', 'VLNT', -2, 3, 2, 1],
    [5, 200, 'trade', 'USD', 200, 99_699, 2, 1],
    [4, 2, 'fee', 'USD', -1, 99_499, 1, undefined],
    [3, 1, 'trade', 'VLNT', 5, 5, 1, undefined],
    [2, 1, 'trade', 'USD', -500, 99_500, 1, undefined],
    [1, 3, 'deposit', 'USD', 100_000, 100_000, undefined, undefined],
  ])
  expect(await told(200)).toEqual([
    [3, 100, 'trade', 'VLNT', 2, 2, 1, 2],
    [2, 100, 'trade', 'USD', -200, 4_800, 1, 2],
    [1, 3, 'deposit', 'USD', 5_000, 5_000, undefined, undefined],
  ])
  expect((await history.commandResult(100, 'o:a'))?.result).toEqual({ ok: true })

  // Trading continues from there.
  const next = counters()
  for (let number = 1; number <= 6; number++) next(100)
  await new Journal(database.commits).commit(batchOf({ batch: 2, entries: [depositOf(next, 100, 1)] }))
  const { accounts, last } = await readState(database.queries)
  expect(accounts.find(({ account }) => account === 100)).toMatchObject({ cashCents: 99_700, entryNumber: 6 })
  expect(last.hash).toMatch(/^[0-9a-f]{64}$/)
})

test('a ledger with unpaired entries stops the migration and stays unchanged', async () => {
  await using before = await databaseBefore()
  await before.client.query(AS_IT_WAS)
  await before.client
    .query(`INSERT INTO ledger_entry (entry_id, movement_id, account_id, kind, asset, amount, time_ms, batch)
    SELECT account::bigint << 32 | 99, 99, account, 'trade', 'USD', amount, 8, 1
    FROM (VALUES (100, 2), (200, 3), (1, -5)) AS line (account, amount)`)
  await expect(migrate(before.url)).rejects.toThrow(/movements of other than two sides/)
  expect((await before.client.query('SELECT count(*)::int AS n FROM ledger_entry')).rows).toEqual([{ n: 17 }])
})

test('the version before goes on committing, without notes', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const next = counters()
  const entries = [depositOf(next, 100, 500), entryOf(next, 'dividend', [100, OUTSIDE, CASH, 25])]
  const parameters = encodeBatch(batchOf({ batch: 1, accounts: [accountOf(100)], entries }))
  parameters.splice(NOTED_AT, 1)
  const { client } = await database.commits.session()
  const { rows } = await client.query<{ name: string; type: number }>(sql.journal.readRowTypes)
  const typeOf = (name: string) => rows.find((row) => row.name === name)?.type ?? 0
  const values = parameters.map((one) =>
    one === null || typeof one === 'string' || Buffer.isBuffer(one) ? one : ofType(one.rows, typeOf(one.type)),
  )
  await client.query(`SELECT commit_batch_2(${values.map((_, at) => `$${at + 1}`).join(', ')})`, values)
  const read = await new History(database.queries).entries(100, { limit: 9 })
  expect(read.map(({ kind, amount, note }) => [kind, amount, note])).toEqual([
    ['dividend', 25, undefined],
    ['deposit', 500, undefined],
  ])
  // And the newer one after it.
  const noted = entryOf(next, 'dividend', [100, OUTSIDE, CASH, 25], { note: 'VLNT 0.25 per share' })
  await new Journal(database.commits).commit(batchOf({ batch: 2, entries: [noted] }))
  expect((await new History(database.queries).entries(100, { limit: 1 }))[0]?.note).toBe('VLNT 0.25 per share')
})

test('the previous version is told that it no longer leads', async () => {
  await using before = await databaseBefore()
  await migrate(before.url)
  const nulls = (
    await before.client.query<{ n: number }>(`SELECT pronargs::int AS n FROM pg_proc WHERE proname = 'commit_batch'`)
  ).rows[0]?.n
  const call = `SELECT commit_batch(${Array.from({ length: nulls ?? 0 }, () => 'NULL').join(', ')})`
  await expect(before.client.query(call)).rejects.toMatchObject({ code: 'VL001' })
})
