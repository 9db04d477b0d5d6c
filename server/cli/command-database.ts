import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, readConfig } from '../config.ts'
import { anotherVersion } from '../database/another-version.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { startEmbeddedPostgres } from '../database/embedded-postgres.ts'
import { StartupError } from '../database/startup-error.ts'
import { addEnvFile } from '../env-file.ts'

/** Where the server must have a secret with a database of its own, a command must not. */
const SIGNS_NOTHING = { AUTH_SECRET: 'not needed, since nothing is signed' }

/** What a command works on; all of it is closed after it. */
export interface CommandDatabase {
  readonly database: Database
  readonly url: string
  readonly config: Config
}

/**
 * Works on the database of the settings (DATABASE_URL, else the embedded one, running or not).
 * @param root the folder of the installation
 * @param ifNone whether a folder without an embedded one is given one: in the wrong folder that would answer of nothing
 * @throws {StartupError} when it is not there, cannot be reached, or is of another version
 */
export async function inCommandDatabase<Result>(
  root: string,
  work: (parts: CommandDatabase) => Promise<Result>,
  ifNone: 'make' | 'refuse' = 'refuse',
): Promise<Result> {
  addEnvFile(process.env, root)
  const config = readConfig({ ...process.env, ...SIGNS_NOTHING })
  await using parts = new AsyncDisposableStack()
  const say = (text: string) => console.error(text)
  const dataDir = resolve(root, config.DATA_DIR)
  if (config.DATABASE_URL === undefined && ifNone === 'refuse') assertDatabaseIn(dataDir)
  const url = config.DATABASE_URL ?? parts.use(await startEmbeddedPostgres({ dataDir, say })).url
  const logger = { warn: (_: object, message: string) => console.error(message) }
  const database = parts.use(await openDatabase({ url, logger }))
  try {
    return await work({ database, url, config })
  } catch (cause) {
    throw anotherVersion('The command was broken off', cause) ?? cause
  }
}

/** @throws {StartupError} when no embedded Postgres has been made in this folder */
export function assertDatabaseIn(dataDir: string): void {
  if (existsSync(join(dataDir, 'postgres.json'))) return
  throw new StartupError(`There is no database in ${dataDir}: set DATA_DIR to where it is, or DATABASE_URL.`)
}
