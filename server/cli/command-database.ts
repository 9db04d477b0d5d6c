import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, readConfig } from '../config.ts'
import { anotherVersion } from '../database/another-version.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { startEmbeddedPostgres } from '../database/embedded-postgres.ts'
import { StartupError } from '../database/startup-error.ts'
import { addEnvFile } from '../env-file.ts'
import { misspelledSettings } from '../misspelled-settings.ts'

/** With an external database the server requires a secret, but a command signs nothing. */
const SIGNS_NOTHING = { AUTH_SECRET: 'not needed, since nothing is signed' }

interface CommandAddress {
  readonly config: Config
  readonly url: string
  /** The address that bypasses a connection pooler, for sessions with their own settings or locks. */
  readonly directUrl: string
}

/** The database that a command works on; everything is closed afterward. */
export interface CommandDatabase extends CommandAddress {
  readonly database: Database
}

/**
 * Whether to create an embedded database if the folder has none: in the wrong folder, a command would report on an
 * empty one.
 */
type IfNone = 'make' | 'refuse'

/**
 * Reads the settings and finds the database (DATABASE_URL, else the embedded one, which is started if it is not running).
 * @param root the folder of the installation
 * @param parts closes the embedded Postgres if it was started here
 * @throws {StartupError} when there is none
 * @throws {ConfigError} when a setting is wrong
 */
export async function commandAddress(
  root: string,
  parts: AsyncDisposableStack,
  ifNone: IfNone = 'refuse',
): Promise<CommandAddress> {
  addEnvFile(process.env, root)
  const config = readConfig({ ...process.env, ...SIGNS_NOTHING })
  for (const sentence of misspelledSettings(process.env)) console.error(sentence)
  if (config.DATABASE_URL !== undefined) {
    return { config, url: config.DATABASE_URL, directUrl: config.LEASE_DATABASE_URL ?? config.DATABASE_URL }
  }
  const dataDir = resolve(root, config.DATA_DIR)
  if (ifNone === 'refuse') assertDatabaseIn(dataDir)
  const { url } = parts.use(await startEmbeddedPostgres({ dataDir, say: (text) => console.error(text) }))
  return { config, url, directUrl: url }
}

/**
 * Runs a command's work on the configured database.
 * @throws {StartupError} when it does not exist, cannot be reached, or has another version
 */
export async function inCommandDatabase<Result>(
  root: string,
  work: (parts: CommandDatabase) => Promise<Result>,
  ifNone?: IfNone,
): Promise<Result> {
  await using parts = new AsyncDisposableStack()
  const address = await commandAddress(root, parts, ifNone)
  const logger = { warn: (_: object, message: string) => console.error(message) }
  const database = parts.use(await openDatabase({ url: address.url, leaseUrl: address.directUrl, logger }))
  try {
    return await work({ ...address, database })
  } catch (cause) {
    throw anotherVersion('The command was interrupted', cause) ?? cause
  }
}

/** @throws {StartupError} when this folder has no embedded Postgres */
function assertDatabaseIn(dataDir: string): void {
  if (existsSync(join(dataDir, 'postgres.json'))) return
  throw new StartupError(`There is no database in ${dataDir}: set DATA_DIR to where it is, or DATABASE_URL.`)
}
