import type pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { type Database, openDatabase } from './database.ts'
import { isLostDatabase } from './lost-database.ts'

let fresh: FreshDatabase
let database: Database
let metrics: Metrics
beforeEach(async () => {
  fresh = await freshDatabase()
  metrics = new Metrics()
  database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined }, metrics: metrics.database })
})
afterEach(async () => {
  await database[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})

async function metric(series: string): Promise<number | undefined> {
  const line = (await metrics.registry.metrics()).split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length))
}
const connections = (pool: string, state: string) =>
  metric(`valiant_database_connections{pool="${pool}",state="${state}"}`)

test('every kind of query is counted by pool, and errors by class of SQLSTATE', async () => {
  const { queries, commits, lease } = database
  const auth = database.authPool()
  await queries.any('SELECT 1')
  await queries.tx((t) => t.batch([t.any('SELECT 1'), t.any('SELECT 2')])) // plus BEGIN and COMMIT
  await commits.query({ text: 'SELECT 1' })
  await lease.query({ text: 'SELECT 1' }) // plus two settings of its session
  await auth.query('SELECT 1')
  await new Promise((resolve) => auth.query('SELECT 1', resolve))
  const client = await auth.connect()
  await client.query({ text: 'SELECT $1::int', values: [1] })
  client.release()
  const sent = await Promise.all(
    ['queries', 'commit', 'lease', 'auth'].map((pool) => metric(`valiant_database_queries_total{pool="${pool}"}`)),
  )
  expect(sent).toEqual([5, 1, 3, 3])
  expect(await metric('valiant_database_query_duration_seconds_count{pool="queries"}')).toBe(5)

  await expect(queries.any('SELECT 1 / 0')).rejects.toThrow(/zero/)
  await expect(queries.any('SELECT nothing')).rejects.toThrow(/column/)
  await expect(commits.query({ text: 'SELECT 1 / 0' })).rejects.toThrow(/zero/)
  expect(await metric('valiant_database_errors_total{pool="queries",class="22"}')).toBe(1)
  expect(await metric('valiant_database_errors_total{pool="queries",class="42"}')).toBe(1)
  expect(await metric('valiant_database_errors_total{pool="commit",class="22"}')).toBe(1)
  expect(await metric('valiant_database_queries_total{pool="queries"}')).toBe(7)
})

test('a connection that breaks during a statement counts as a connection error', async () => {
  const hanging = database.commits.query({ text: 'SELECT pg_sleep(60)' })
  await expect.poll(() => connections('commit', 'idle')).toBe(0)
  database.commits.destroy()
  await expect(hanging).rejects.toThrow(/terminated/)
  expect(await metric('valiant_database_errors_total{pool="commit",class="connection"}')).toBe(1)
})

test('pools report open, idle and waiting connections', async () => {
  expect(await connections('commit', 'total')).toBe(0)
  const auth = database.authPool()
  const clients: pg.PoolClient[] = []
  for (let i = 0; i < 4; i++) clients.push(await auth.connect())
  const late = auth.connect()
  expect(await connections('auth', 'total')).toBe(4)
  expect(await connections('auth', 'idle')).toBe(0)
  expect(await connections('auth', 'waiting')).toBe(1)
  for (const client of clients) client.release()
  ;(await late).release()
  expect(await connections('auth', 'idle')).toBe(4)
  expect(await connections('auth', 'waiting')).toBe(0)

  const { commits } = database
  const answers = [commits.query({ text: 'SELECT 1' }), commits.query({ text: 'SELECT 2' })]
  await commits.session()
  await Promise.resolve()
  expect(await connections('commit', 'total')).toBe(1)
  expect(await connections('commit', 'waiting')).toBe(1)
  await Promise.all(answers)
  expect(await connections('commit', 'idle')).toBe(1)
  expect(await connections('commit', 'waiting')).toBe(0)
})

test('a session that Postgres ends while it is checked out and idle crashes no process, and is no defect', async () => {
  const auth = database.authPool()
  const client = await auth.connect()
  const session = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]
  const ended = new Promise<void>((resolve) => client.once('end', resolve))
  await database.queries.one('SELECT pg_terminate_backend($1)', [session?.pid])
  await ended
  const error: unknown = await client.query('SELECT 1').catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Error)
  expect(isLostDatabase(error), String(error)).toBe(true)
  client.release()
  expect((await auth.query<{ one: number }>('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})
