import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../server/database/embedded-postgres.ts'
import { migrate } from '../../server/database/migrations.ts'
import { freshDatabase } from '../rig/postgres.ts'
import { startRedis } from '../rig/redis.ts'
import { spawnServer, type TestServer } from '../rig/server.ts'
import type { Figures } from './watch.ts'

const WATCH = new URL('watch.ts', import.meta.url).href
const UNLIMITED = '1000000'

/** Real servers with shipped settings except for rate limits, with one durable Postgres and, if there are several, one Redis. */
export class Servers implements AsyncDisposable {
  readonly all: readonly TestServer[]
  readonly #files: readonly string[]
  readonly #parts: AsyncDisposableStack

  private constructor(all: readonly TestServer[], files: readonly string[], parts: AsyncDisposableStack) {
    this.all = all
    this.#files = files
    this.#parts = parts
  }

  static async open(instances: number, say: (text: string) => void): Promise<Servers> {
    await using parts = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'valiant-load-'))
    parts.defer(() => rm(folder, { recursive: true, force: true }))
    await chmod(folder, 0o755) // when run as root, Postgres runs as another user, who must be able to enter
    const postgres = parts.use(
      await startEmbeddedPostgres({ dataDir: folder, settings: { max_connections: '200' }, say }),
    )
    await migrate(postgres.url)
    const { url } = parts.use(await freshDatabase(postgres.url))
    const redis = instances > 1 ? parts.use(await startRedis()) : undefined
    const all: TestServer[] = []
    const files: string[] = []
    for (let at = 0; at < instances; at++) {
      const file = join(folder, `figures-${at}.json`)
      const server = await spawnServer({
        ...(redis !== undefined && { REDIS_URL: redis.url }),
        DATABASE_URL: url,
        DATA_DIR: join(folder, `server-${at}`),
        AUTH_SECRET: 'a secret of the load, long enough for it',
        MARKET_LIVENESS: '1', // the shipped default
        LOG_LEVEL: 'warn',
        STARTING_CASH: '1000000000.00',
        LIMIT_ORDERS_PER_SECOND: UNLIMITED,
        LIMIT_ORDERS_BURST: UNLIMITED,
        LIMIT_REQUESTS_PER_SECOND: UNLIMITED,
        LIMIT_PUBLIC_SOCKETS_PER_ADDRESS: UNLIMITED,
        NODE_OPTIONS: `--import=${WATCH}`,
        LOAD_FIGURES_FILE: file,
      })
      parts.use(server)
      all.push(server)
      files.push(file)
    }
    return new Servers(all, files, parts.move())
  }

  get ports(): readonly number[] {
    return this.all.map(({ port }) => port)
  }

  /** Figures of each server, at most a second old. */
  async figures(): Promise<readonly Figures[]> {
    return await Promise.all(this.#files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Figures))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
  }
}
