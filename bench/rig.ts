import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres } from '../server/database/embedded-postgres.ts'
import { migrate } from '../server/database/migrations.ts'
import { freshDatabase, withDatabase } from '../test/rig/postgres.ts'

/** One Postgres with the shipped settings for yardsticks and measurements. It is deleted in the end. */
export interface Rig extends AsyncDisposable {
  /** A folder on the disk of the database. */
  readonly folder: string
  /** A database for the yardsticks, with only a table of one column. */
  readonly plainUrl: string
  /** A migrated database. */
  freshUrl(): Promise<string>
}

const PLAIN = 'bench'

export async function openRig(say: (text: string) => void): Promise<Rig> {
  await using parts = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'valiant-bench-'))
  parts.defer(() => rm(folder, { recursive: true, force: true }))
  await chmod(folder, 0o755) // when run as root, Postgres runs as another user, who must be able to enter
  const postgres = parts.use(await startEmbeddedPostgres({ dataDir: folder, say }))
  await migrate(postgres.url)
  const plainUrl = withDatabase(postgres.url, PLAIN)
  await once(postgres.url, `CREATE DATABASE ${PLAIN}`)
  await once(plainUrl, 'CREATE TABLE bare_commit (value bigint NOT NULL)')
  const kept = parts.move()
  return {
    folder,
    plainUrl,
    freshUrl: async () => kept.use(await freshDatabase(postgres.url)).url,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function once(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const SCALE = 10
const CLIENTS = [4, 8, 16, 32]
const SECONDS = 2
const WARM_UP_SECONDS = 3
export const PGBENCH_MISSING =
  'pgbench is not on the PATH: apt-get install postgresql-contrib (Debian: it comes with postgresql-15)'

/** pgbench's TPC-B: the rate of small durable transactions of Postgres itself. */
export class TpcB {
  readonly #url: string
  #clients = CLIENTS

  private constructor(url: string) {
    this.#url = url
  }

  /** @returns undefined without pgbench on the PATH */
  static async prepare({ plainUrl }: Rig): Promise<TpcB | undefined> {
    const isThere = await promisify(execFile)('pgbench', ['--version']).then(
      () => true,
      () => false,
    )
    if (!isThere) return undefined
    const bench = new TpcB(plainUrl)
    await bench.#run(['-i', '-q', '-s', String(SCALE)])
    await bench.#rate(CLIENTS[1] ?? 8, WARM_UP_SECONDS)
    return bench
  }

  /**
   * The rate with the best number of clients, which depends on the machine and its load. The first call tries all numbers, later
   * calls only the two best ones.
   */
  async best(): Promise<{ readonly perSecond: number; readonly clients: number }> {
    const tried: { perSecond: number; clients: number }[] = []
    for (const clients of this.#clients) tried.push({ clients, perSecond: await this.#rate(clients, SECONDS) })
    tried.sort((a, b) => b.perSecond - a.perSecond)
    this.#clients = tried.slice(0, 2).map(({ clients }) => clients)
    return tried[0] ?? { perSecond: NaN, clients: 0 }
  }

  async #rate(clients: number, seconds: number): Promise<number> {
    const output = await this.#run(['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(seconds)])
    const found = /tps = ([\d.]+)/.exec(output)?.[1]
    if (found === undefined) throw new Error(`pgbench: expected "tps = …", found ${output}`)
    return Number(found)
  }

  async #run(options: readonly string[]): Promise<string> {
    const { hostname, port, username, password, pathname } = new URL(this.#url)
    const environment = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: decodeURIComponent(password) }
    const { stdout } = await promisify(execFile)('pgbench', [...options, pathname.slice(1)], {
      env: { ...process.env, ...environment },
    })
    return stdout
  }
}
