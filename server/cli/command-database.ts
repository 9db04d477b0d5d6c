import { resolve } from 'node:path'
import { type Config, readConfig } from '../config.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { startEmbeddedPostgres } from '../database/embedded-postgres.ts'
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
 * @throws {StartupError} when it cannot be reached
 */
export async function inCommandDatabase<Result>(
  root: string,
  work: (parts: CommandDatabase) => Promise<Result>,
): Promise<Result> {
  addEnvFile(process.env, root)
  const config = readConfig({ ...process.env, ...SIGNS_NOTHING })
  await using parts = new AsyncDisposableStack()
  const say = (text: string) => console.error(text)
  const dataDir = resolve(root, config.DATA_DIR)
  const url = config.DATABASE_URL ?? parts.use(await startEmbeddedPostgres({ dataDir, say })).url
  const logger = { warn: (_: object, message: string) => console.error(message) }
  const database = parts.use(await openDatabase({ url, logger }))
  return await work({ database, url, config })
}
