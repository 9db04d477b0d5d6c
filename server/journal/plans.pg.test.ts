import pg from 'pg'
import pgPromise from 'pg-promise'
import { expect, test } from 'vitest'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { type Database, openDatabase, type Queries } from '../database/database.ts'
import { sql, type Statement } from '../database/sql.ts'
import { FIRST_USER_ACCOUNT } from '../engine/command.ts'
import { TakerFlow } from './batch.fixture.ts'
import { Journal } from './journal.ts'

/** The cost of queries when Postgres has no statistics about the requested rows. */

const PAGES_READ_MAX = 40
const OLD = 16
const NEW = 9_000

/** The number of 8 KiB pages that a statement read. */
async function pagesRead(queries: Queries, statement: Statement, parameters: object): Promise<number> {
  const text = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${pgPromise.as.format(statement, parameters)}`
  const answer = await queries.one<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(text)
  const { Plan } = answer['QUERY PLAN'][0]
  return (Plan['Shared Hit Blocks'] ?? NaN) + (Plan['Shared Read Blocks'] ?? NaN)
}

async function trades(queries: Queries, account: number, orders: number): Promise<void> {
  await queries.none(
    `INSERT INTO orders (order_id, account_id, client_order_id, symbol, side, type, time_in_force, post_only, self_trade,
       source, lots, limit_ticks, arrival_mid_half_ticks, filled_lots, filled_tick_lots, fee_cent_bps, fees_paid_cents,
       held_cents, status, priority, version, created_at_ms, updated_at_ms, closed_at_ms, batch)
     SELECT $1::bigint << 32 | n, $1, 'bot-' || n, 'VLNT', 'buy', 'limit', 'gtc', false, 'cancel_maker', 'api', 10, 100, 200,
       10, 1000, 5000, 1, 0, 'filled', n, 2, n, n, n, 1 FROM generate_series(1, $2) n`,
    [account, orders],
  )
}

test('reading a page of orders costs in proportion to the page, also for an account created after ANALYZE', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const { queries } = database
  await queries.none('ALTER TABLE orders SET (autovacuum_enabled = off)')
  await trades(queries, OLD, 20_000)
  await queries.none('ANALYZE orders')
  await trades(queries, NEW, 2_000)
  const page = { symbol: null, fromMs: null, toMs: null, before: 2 ** 32, downTo: 1, limit: 100 }
  for (const account of [OLD, NEW]) {
    for (const status of ['all', 'closed', 'open']) {
      const pages = await pagesRead(queries, sql.journal.listOrders, { ...page, account, status })
      expect(pages, `${status} orders of account ${account}`).toBeLessThan(PAGES_READ_MAX)
    }
  }
})

test('the first and last bar of each symbol are read from the ends of the index', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const { queries } = database
  await queries.one(sql.journal.makeBarPartitions, { table: 'candle_1m', fromMs: 0, toMs: 60_000 })
  await queries.none(
    `INSERT INTO candle_1m SELECT symbol, n * 60000, 1, 1, 1, 1, 1, 1, 1
     FROM unnest(ARRAY['AAA', 'BBB']) symbol, generate_series(0, 9999) n`,
  )
  await queries.none('ANALYZE candle_1m')
  expect(await queries.any(sql.journal.findBarEnds, { table: 'candle_1m' })).toEqual([
    { symbol: 'AAA', firstMs: 0n, lastMs: 599_940_000n },
    { symbol: 'BBB', firstMs: 0n, lastMs: 599_940_000n },
  ])
  expect(await pagesRead(queries, sql.journal.findBarEnds, { table: 'candle_1m' })).toBeLessThan(PAGES_READ_MAX)
})

/** The number of page reads so far for the tables that most batches update, in all sessions. */
async function pagesOfHotRows({ commits, queries }: Database): Promise<number> {
  const { client } = await commits.session()
  await client.query('SELECT pg_stat_force_next_flush()')
  const { pages } = await queries.one<{ pages: bigint }>(
    `SELECT sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::bigint AS pages
     FROM pg_statio_user_tables WHERE relname IN ('account', 'balance', 'position')`,
  )
  return Number(pages)
}

test('a commit costs no more while an open snapshot keeps old row versions', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const journal = new Journal(database.commits)
  const flow = new TakerFlow()
  const accounts = Array.from({ length: 64 }, (_, at) => FIRST_USER_ACCOUNT + at)
  let batch = 0
  await journal.commit(flow.opening(++batch, accounts))
  // Autovacuum's reads would be counted too.
  for (const table of ['account', 'balance', 'position']) {
    await database.queries.none('ALTER TABLE $1:name SET (autovacuum_enabled = off)', [table])
  }
  const pagesABatch = async (batches: number): Promise<number> => {
    const before = await pagesOfHotRows(database)
    for (let left = batches; left > 0; left--) await journal.commit(flow.batch(++batch, accounts))
    return ((await pagesOfHotRows(database)) - before) / batches
  }
  await pagesABatch(20) // afterward all their balances and positions exist
  // Removes rows that died before the snapshot. Otherwise the vacuum below may or may not remove them, depending on
  // other databases, and new versions would reuse their space behind everything that the snapshot keeps.
  await database.queries.none('VACUUM account, balance, position')
  const exporting = new pg.Client(fresh.url)
  await exporting.connect()
  try {
    await exporting.query('SET idle_in_transaction_session_timeout = 0; SET transaction_timeout = 0')
    await exporting.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM lease')
    const first = await pagesABatch(20)
    await pagesABatch(400)
    await database.queries.task(async (t) => {
      await t.none('VACUUM ANALYZE account, balance, position') // the planner now sees few rows in many pages
      await t.one('SELECT pg_stat_force_next_flush()') // counts its reads now instead of with the batches
    })
    expect(await pagesABatch(20)).toBeLessThan(1.5 * first)
  } finally {
    await exporting.end()
  }
})

test('rows to remove are found by time, however many are kept', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const { queries } = database
  await queries.none(
    `INSERT INTO account_owner (account_id, user_id) VALUES ($1, 'alice');
     INSERT INTO price_alert (account_id, symbol, op, price_ticks, created_at_ms, fired_at_ms, trade_ticks, deleted_at_ms)
     SELECT $1, 'VLNT', 'above', 5, 1, CASE WHEN n % 2 = 0 THEN n END, CASE WHEN n % 2 = 0 THEN 5 END,
       CASE WHEN n % 2 > 0 THEN n END
     FROM generate_series(1, 20000) n`,
    [OLD],
  )
  await queries.none(
    `INSERT INTO journal_batch (batch, prev, epoch, stream_position, time_ms)
     SELECT n, n - 1, 0, '0-0', n FROM generate_series(1, 20000) n`,
  )
  await queries.none('ANALYZE price_alert, journal_batch')
  const old = { deletedBeforeMs: 10, firedBeforeMs: 10, limit: 1_000 }
  expect(await pagesRead(queries, sql.journal.forgetAlerts, old)).toBeLessThan(3 * PAGES_READ_MAX)
  // Each halving of 20,000 reads a page of the index, its root and the row.
  expect(await pagesRead(queries, sql.journal.forgetRequests, { beforeMs: 10, limit: 1_000 })).toBeLessThan(
    3 * PAGES_READ_MAX,
  )
})
