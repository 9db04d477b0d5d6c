import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase, type FreshDatabase } from '../rig/postgres.ts'
import { startRedis, type TestRedis } from '../rig/redis.ts'
import { fewInstruments, spawnServer, type TestServer } from '../rig/server.ts'

/** What several servers share: one database and one Redis, with a market of one instrument. */
export interface Place extends AsyncDisposable {
  readonly database: FreshDatabase
  readonly redis: TestRedis
  /** The settings of servers that join. */
  readonly settings: Readonly<Record<string, string>>
  /** Starts another server. */
  join(environment?: Readonly<Record<string, string>>): Promise<TestServer>
}

export async function openPlace(): Promise<Place> {
  await using parts = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'valiant-instances-'))
  parts.defer(() => rm(folder, { recursive: true, force: true }))
  const database = parts.use(await freshDatabase())
  const redis = parts.use(await startRedis())
  const settings = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    AUTH_SECRET: 'a secret of the tests, long enough for it',
    DATA_DIR: folder,
    INSTRUMENTS_FILE: await fewInstruments(['VLNT'], folder),
  }
  const servers = parts.use(new AsyncDisposableStack())
  const closing = parts.move()
  return {
    database,
    redis,
    settings,
    join: async (environment = {}) => servers.use(await spawnServer({ ...settings, ...environment })),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}
