import { expect, test } from 'vitest'
import { openFaultProxy } from '../../test/rig/fault-proxy.ts'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { openDatabase } from './database.ts'

const SILENCE_MS = 400
const logger = { warn: () => undefined }

test('a session whose host has vanished is ended, and the pool opens another', async () => {
  await using fresh = await freshDatabase()
  const direct = new URL(fresh.url)
  await using proxy = await openFaultProxy({ host: direct.hostname, port: Number(direct.port) })
  direct.port = String(proxy.port)
  await using database = await openDatabase({ url: direct.href, silenceMs: SILENCE_MS, logger })
  const auth = database.authPool()
  const asked = () => [database.queries.any('SELECT 1 AS one'), auth.query('SELECT 1 AS one')]
  await Promise.all(asked())
  proxy.freeze()
  for (const { reason } of (await Promise.allSettled(asked())) as PromiseRejectedResult[]) {
    expect(reason).toMatchObject({ message: `Postgres was silent for ${SILENCE_MS} ms`, code: 'ETIMEDOUT' })
  }
  proxy.mend()
  expect(await database.queries.any('SELECT 1 AS one')).toEqual([{ one: 1 }])
  expect((await auth.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

test('a session that keeps sending rows, or is idle in the pool, is not ended', async () => {
  await using fresh = await freshDatabase()
  await using database = await openDatabase({ url: fresh.url, silenceMs: SILENCE_MS, logger })
  const { pid } = await database.queries.one<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const rows = 'SELECT pg_sleep(0.1), much FROM generate_series(1, 9) AS i, repeat($$x$$, 20000) AS much'
  await database.queries.any(rows)
  await new Promise((resolve) => setTimeout(resolve, 2 * SILENCE_MS)) // time itself is under test
  expect(await database.queries.one('SELECT pg_backend_pid() AS pid')).toEqual({ pid })
})
