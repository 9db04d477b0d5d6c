import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type MigrationBuilder, PG_MIGRATE_LOCK_ID, runner } from 'node-pg-migrate'
import pg from 'pg'
import { reasonOf, StartupError } from './startup-error.ts'

const FOLDER = fileURLToPath(new URL('../../db/migrations', import.meta.url))
/**
 * Another version trades meanwhile, and every statement on a table queues behind a migration that waits for its lock. So a
 * migration waits for less than a slow commit takes, then lets the others pass and retries.
 */
const LOCK_MS_MAX = 200
const AGAIN_MS = 500
/** An audit or an export may lock a table for minutes; anything longer needs an operator. */
const GIVE_UP_MS = 10 * 60_000
/** How often a waiting migration is reported. */
const SAY_MS = 10_000
const TURN_MS = 100
/** lock_not_available, deadlock_detected */
const LOCKED_OUT: readonly (string | undefined)[] = ['55P03', '40P01']
/** The first line of a migration whose statements run without a transaction, as CREATE INDEX CONCURRENTLY requires. */
export const NO_TRANSACTION = '-- no transaction:'

interface MigrateOptions {
  /** Receives what was done or is being waited for, one line each. */
  readonly say?: (text: string) => void
  /** The directory of the migrations; this version's by default. */
  readonly folder?: string
}

/**
 * Migrates the database to the newest schema, forward only, one migration at a time. Several servers may start at once: one
 * migrates and the others wait. A database that a newer version has migrated is left as it is.
 * @returns the names of the applied migrations
 * @throws {StartupError} when one cannot be applied; those before it have been
 */
export async function migrate(
  url: string,
  { say = () => undefined, folder = FOLDER }: MigrateOptions = {},
): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'valiant-migrations' })
  client.on('error', () => undefined) // the running query fails with it too
  try {
    await client.connect()
    // The role's limits are meant for trading; each migration limits its own waiting.
    await client.query(
      'SET transaction_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0; SET client_min_messages = warning',
    )
    await takeTurn(client)
    const applied: string[] = []
    for (;;) {
      const name = await applyNext(client, folder, say)
      if (name === undefined) return applied
      say(`Applied migration ${name}.`)
      applied.push(name)
    }
  } catch (cause) {
    throw new StartupError(`Migrating the database failed: ${reasonOf(cause)}`, { cause })
  } finally {
    await client.end().catch(() => undefined) // releases the advisory lock too
  }
}

/**
 * Polled rather than waited for: a waiting statement holds a snapshot, and an index that the migrating server builds
 * concurrently waits for all snapshots to end.
 */
async function takeTurn(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [
      PG_MIGRATE_LOCK_ID,
    ])
    if (rows[0]?.ours === true) return
    await delay(TURN_MS)
  }
}

/** @returns its name; undefined when none is left */
async function applyNext(client: pg.Client, folder: string, say: (text: string) => void): Promise<string | undefined> {
  const giveUpAt = Date.now() + GIVE_UP_MS
  let sayAt = Date.now()
  for (;;) {
    let tried = ''
    try {
      const [applied] = await runNext(client, folder, (name) => (tried = name))
      return applied?.name
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined) // a lost connection has rolled back
      if (!(error instanceof pg.DatabaseError) || !LOCKED_OUT.includes(error.code)) throw error
      if (Date.now() > giveUpAt) throw error
      if (Date.now() >= sayAt) {
        say(`Migration ${tried} could not get its lock and retries (${error.message}).`)
        sayAt = Date.now() + SAY_MS
      }
      await delay(AGAIN_MS)
    }
  }
}

async function runNext(client: pg.Client, folder: string, begins: (name: string) => void) {
  const quiet = () => undefined
  const load = async (file: string) => {
    const text = await readFile(file, 'utf8')
    const up = (builder: MigrationBuilder) => {
      begins(basename(file, '.sql'))
      addSteps(builder, text)
    }
    return { id: file, filePaths: [file], actions: { up, down: false as const } }
  }
  return await runner({
    dbClient: client,
    dir: folder,
    direction: 'up',
    count: 1,
    migrationsTable: 'schema_migration',
    checkOrder: true,
    singleTransaction: false,
    noLock: true,
    migrationLoaderStrategies: [{ extensions: ['.sql'], loader: (files) => Promise.all(files.map(load)) }],
    // Its log contains only the SQL, and a warning that our names have no timestamp.
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  })
}

function addSteps(builder: MigrationBuilder, text: string): void {
  if (text.startsWith(NO_TRANSACTION)) {
    builder.noTransaction()
    for (const statement of stepsOf(text)) builder.sql(statement)
  } else {
    builder.sql(`SET LOCAL lock_timeout = ${LOCK_MS_MAX}`)
    builder.sql(text)
  }
}

/**
 * The statements of a migration without a transaction. Each ends with a semicolon at the end of a line, which the check of
 * migrations verifies.
 */
export const stepsOf = (text: string): string[] => text.split(/(?<=;)[ \t]*\n/).filter((step) => step.trim() !== '')
