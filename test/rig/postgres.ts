import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../server/database/embedded-postgres.ts'
import { migrate } from '../../server/database/migrations.ts'

/*
 * Migrated databases for tests, a new one each in one Postgres. `node test/rig/postgres.ts` does the same by hand: it
 * starts a Postgres for this machine (or finds the one it left), and prints the address of a new database in it.
 */

/** Where `global-setup.ts` leaves the address of the tests' Postgres. */
export const POSTGRES_URL_VARIABLE = 'VALIANT_TEST_POSTGRES'

/** Never connected to, but for migrating it: it is what new databases are copied from. */
const TEMPLATE = 'valiant'

export interface FreshDatabase extends AsyncDisposable {
  readonly url: string
}

/**
 * A database of its own, migrated, dropped when disposed of.
 * @param template what it is a copy of; nobody may be connected to that
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
    // A role's settings in a database are not copied with it.
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

/** The same server, another database. */
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
