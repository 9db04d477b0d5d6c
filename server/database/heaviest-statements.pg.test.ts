import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { freshDatabase, POSTGRES_URL_VARIABLE, withDatabase } from '../../test/rig/postgres.ts'
import { openDatabase } from './database.ts'
import { HeaviestStatements } from './heaviest-statements.ts'
import { sql } from './sql.ts'
import { StartupError } from './startup-error.ts'

let fresh: Awaited<ReturnType<typeof freshDatabase>>
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh[Symbol.asyncDispose]())

const PAGE = { status: 'all', fromMs: null, toMs: null, before: 100, downTo: 0, limit: 10 }

describe('the heaviest statements', () => {
  test('are counted by the names of their files, variants together, also inside functions', async () => {
    await using heaviest = await HeaviestStatements.open(fresh.url)
    await heaviest.forget()
    await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
    for (const symbol of [null, 'VLNT', 'VLNT']) {
      await database.queries.any(sql.journal.listOrders, { ...PAGE, account: 40, symbol })
    }
    await database.queries.task(async (task) => {
      await task.none("SET pg_stat_statements.track = 'all'")
      await task.none('INSERT INTO journal_batch SELECT 1, 0, 0, $1, 0, NULL', '1-0').catch(() => undefined)
      await task.any("SELECT commit_batch_3(7, 2, '', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)").catch(() => undefined) // prettier-ignore
      await task.none('RESET pg_stat_statements.track')
    })
    const costs = await heaviest.list('calls', 100)
    const orders = costs.find(({ name }) => name === 'journal/list-orders')
    expect(orders).toMatchObject({ calls: 3, rowsPerCall: 0 })
    expect(costs.map(({ calls }) => calls)).toEqual(costs.map(({ calls }) => calls).sort((a, b) => b - a))
    expect(costs.some(({ name }) => name.startsWith('commit_batch_3: FROM lease'))).toBe(true)
    const plan = await heaviest.planOf(orders!)
    expect(plan[0]).toMatch(/^Limit /)
    expect(plan.join()).toContain('orders_pkey')
    const secrets = costs.map(({ text }) => text).join()
    expect(secrets).not.toContain('VLNT')
    await heaviest.forget()
    expect((await heaviest.list('total', 100)).map(({ name }) => name)).not.toContain('journal/list-orders')
  })

  test('report that an administrator must create the extension if the role may not', async () => {
    const name = `reader_${randomBytes(4).toString('hex')}`
    const root = new pg.Client(withDatabase(process.env[POSTGRES_URL_VARIABLE] ?? '', 'postgres'))
    await root.connect()
    await using other = await freshDatabase()
    try {
      await root.query(`CREATE ROLE ${name} LOGIN PASSWORD 'reads'`)
      const url = new URL(other.url)
      url.username = name
      url.password = 'reads'
      const opening = HeaviestStatements.open(url.href)
      await expect(opening).rejects.toBeInstanceOf(StartupError)
      await expect(opening).rejects.toThrow(/Ask an administrator to run CREATE EXTENSION pg_stat_statements/)
      await root.query(`DROP ROLE ${name}`)
    } finally {
      await root.end()
    }
  })
})

describe('a statement that takes longer than the setting', () => {
  test('is logged by name without values, on every connection', async () => {
    const warn = vi.fn()
    await using database = await openDatabase({ url: fresh.url, slowStatementMs: 20, logger: { warn } })
    await database.queries.any("SELECT pg_sleep(0.03), 'a secret'")
    await database.queries.any('SELECT $1', ['quick'])
    await database.commits.query({ name: 'journal/commit-batch', text: 'SELECT pg_sleep(0.03)' })
    await database.queries.any({ name: 'journal/write-bars-1s', text: 'SELECT pg_sleep($1)', values: [0.03] })
    expect(warn.mock.calls).toEqual([
      [{ statement: 'SELECT pg_sleep(?),?', ms: expect.any(Number) as number }, 'a slow statement'],
      [{ statement: 'journal/commit-batch', ms: expect.any(Number) as number }, 'a slow statement'],
      [{ statement: 'journal/write-bars-1s', ms: expect.any(Number) as number }, 'a slow statement'],
    ])
  })
})
