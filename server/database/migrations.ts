import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { reasonOf, StartupError } from './startup-error.ts'

const FOLDER = fileURLToPath(new URL('../../db/migrations', import.meta.url))

/**
 * Brings the database to the newest schema, forward only. Several servers may start at once: one migrates, the others
 * wait for it.
 * @param say what was done, a line a migration
 * @returns the names of those applied
 * @throws {StartupError} when one cannot be applied; none of this run is then
 */
export async function migrate(url: string, say: (text: string) => void = () => undefined): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'valiant-migrations' })
  client.on('error', () => undefined) // the query that is running says it too
  const quiet = () => undefined
  try {
    await client.connect()
    // The role's limits are for trading; a migration takes its time and waits for its turn.
    await client.query(
      'SET transaction_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0; SET client_min_messages = warning',
    )
    const applied = await runner({
      dbClient: client,
      dir: FOLDER,
      direction: 'up',
      migrationsTable: 'schema_migration',
      checkOrder: true,
      singleTransaction: true,
      advisoryLockMode: 'wait',
      // It has nothing to say but the SQL, and that our names carry no timestamp.
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    })
    for (const { name } of applied) say(`Applied migration ${name}.`)
    return applied.map(({ name }) => name)
  } catch (cause) {
    throw new StartupError(`Migrating the database failed: ${reasonOf(cause)}`, { cause })
  } finally {
    await client.end().catch(quiet)
  }
}
