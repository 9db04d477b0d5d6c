import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../server/database/embedded-postgres.ts'
import { migrate } from '../../server/database/migrations.ts'

/*
 * Migrated databases for tests, each a new one in the same Postgres. `node test/rig/postgres.ts` does the same by hand: it
 * starts a Postgres on this machine (or finds a running one) and prints the address of a new database in it.
 */

/** Where `global-setup.ts` puts the address of the tests' Postgres. */
export const POSTGRES_URL_VARIABLE = 'VALIANT_TEST_POSTGRES'

/** New databases are copied from this one, so nobody connects to it, except to migrate it. */
const TEMPLATE = 'valiant'

export interface FreshDatabase extends AsyncDisposable {
  readonly url: string
}

/**
 * A new migrated database, dropped when disposed of.
 * @param template the database to copy, which nobody may be connected to
 */
export async function freshDatabase(
  serverUrl = process.env[POSTGRES_URL_VARIABLE],
  template = TEMPLATE,
): Promise<FreshDatabase> {
  if (serverUrl === undefined) throw new Error('No Postgres for tests: run by vitest, in project `real`.')
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = withDatabase(serverUrl, name)
  await inServer(serverUrl, async (client) => {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
    // A role's settings for a database are not copied with it.
    const found = await client.query<{ setting: string }>(
      `SELECT unnest(setconfig) AS setting FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
       WHERE d.datname = '${TEMPLATE}'`,
    )
    for (const { setting } of found.rows) {
      const [key = '', value = ''] = setting.split('=')
      await client.query(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET ${key} = '${value}'`)
    }
  })
  return {
    url,
    [Symbol.asyncDispose]: () =>
      inServer(serverUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      }),
  }
}

/** The address of another database on the same server. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

async function inServer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(url, 'postgres') })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

if (import.meta.main) {
  const postgres = await startEmbeddedPostgres({ dataDir: join(tmpdir(), 'valiant-rig'), say: console.error })
  await migrate(postgres.url, { say: console.error })
  console.log((await freshDatabase(postgres.url)).url)
}
