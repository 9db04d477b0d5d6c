import pg from 'pg'
import { sql } from './sql.ts'
import { reasonOf, StartupError } from './startup-error.ts'
import { StatementNames } from './statement-names.ts'
import { ourTypes } from './types.ts'

/** What Postgres has spent on one statement of ours, whatever its values were. */
export interface StatementCost {
  /** As `StatementNames` has it. */
  readonly name: string
  readonly calls: number
  readonly totalMs: number
  readonly meanMs: number
  readonly maxMs: number
  /** Of all time that was spent on statements of this database; of those inside functions, already in their caller's. */
  readonly share: number
  /** Given back or written, a call. */
  readonly rowsPerCall: number
  /** Of the blocks it looked at, those that lay in Postgres' own cache; undefined when it looked at none. */
  readonly cacheShare: number | undefined
  /** Blocks of 8 KiB that were not in the cache, written before their time, or of a temporary file. */
  readonly ioBlocks: number
  readonly ioMs: number
  /** Of its variants the heaviest, as Postgres keeps it: `$1` for a value. */
  readonly text: string
}

/** What the heaviest are chosen by. */
export const ORDERS = {
  total: ({ totalMs }) => totalMs,
  mean: ({ meanMs }) => meanMs,
  calls: ({ calls }) => calls,
  io: ({ ioBlocks }) => ioBlocks,
} satisfies Record<string, (cost: StatementCost) => number>
export type Order = keyof typeof ORDERS

/** What has a plan, behind its comments. */
const PLANNED = /^(\s|--[^\n]*|\/\*[^]*?\*\/)*(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES)\b/i
const EXTENSION = 'pg_stat_statements'
const NO_PRIVILEGE = '42501'
const NOT_PRELOADED = '55000'
const NO_COLUMN = '42703'

/** A database's own account of its statements. */
export class HeaviestStatements implements AsyncDisposable {
  readonly #client: pg.Client
  readonly #names = new StatementNames()

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /**
   * Connects, and makes the extension where it is missing and may be made.
   * @throws {StartupError} when that cannot be, with what to do
   */
  static async open(url: string): Promise<HeaviestStatements> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'valiant-queries-command',
      types: ourTypes,
    })
    client.on('error', () => undefined) // the query that is running says it too
    try {
      await client.connect()
      // The role's limits are for trading.
      await client.query('SET transaction_timeout = 0; SET client_min_messages = warning')
      await client.query(`CREATE EXTENSION IF NOT EXISTS ${EXTENSION}`)
      return new HeaviestStatements(client)
    } catch (cause) {
      await client.end().catch(() => undefined)
      throw new StartupError(`Cannot read the statements' costs: ${adviceOn(cause)}`, { cause })
    }
  }

  /** The heaviest first. Variants of one statement, such as those with and without a filter, are one. */
  async list(order: Order, limit: number): Promise<StatementCost[]> {
    const rows = await this.#ask<Row>(sql.database.listStatements.text)
    const spentMs = sumOf(rows.filter(({ isTopLevel }) => isTopLevel).map(({ totalMs }) => totalMs))
    const costs = [...Map.groupBy(rows, ({ text }) => this.#names.nameOf(text))].map(([name, variants]) =>
      costOf(name, variants, spentMs),
    )
    return costs.sort((a, b) => ORDERS[order](b) - ORDERS[order](a)).slice(0, limit)
  }

  /**
   * How Postgres would carry a statement out whatever its values are, or why it cannot say; nothing of what has no plan.
   * Nothing is carried out.
   */
  async planOf({ text }: StatementCost): Promise<string[]> {
    if (!PLANNED.test(text)) return []
    const template = this.#names.templateOf(text)
    // A template may leave open of which type a parameter is.
    const plan = (template !== undefined && (await this.#explain(template))) || (await this.#explain(text))
    return plan || ['no plan without its values: it stands inside a function, or says too little about them']
  }

  /** Everything is counted anew from here on. */
  async forget(): Promise<void> {
    await this.#ask(sql.database.forgetStatements.text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }

  /** @returns false when Postgres cannot plan it so */
  async #explain(text: string): Promise<string[] | false> {
    await this.#client.query('BEGIN READ ONLY')
    try {
      const { rows } = await this.#client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${text}`)
      return rows.map((row) => row['QUERY PLAN'])
    } catch {
      return false
    } finally {
      await this.#client.query('ROLLBACK')
    }
  }

  async #ask<Answer extends pg.QueryResultRow>(text: string): Promise<Answer[]> {
    try {
      return (await this.#client.query<Answer>(text)).rows
    } catch (cause) {
      throw new StartupError(`Cannot read the statements' costs: ${adviceOn(cause)}`, { cause })
    }
  }
}

interface Row {
  readonly text: string
  readonly isTopLevel: boolean
  readonly calls: bigint
  readonly rows: bigint
  readonly totalMs: number
  readonly maxMs: number
  readonly cachedBlocks: bigint
  readonly readBlocks: bigint
  readonly otherBlocks: bigint
  readonly ioMs: number
}

function costOf(name: string, variants: readonly Row[], spentMs: number): StatementCost {
  const sum = (field: (row: Row) => bigint | number) => sumOf(variants.map((row) => Number(field(row))))
  const calls = sum((row) => row.calls)
  const totalMs = sum((row) => row.totalMs)
  const cached = sum((row) => row.cachedBlocks)
  const read = sum((row) => row.readBlocks)
  return {
    name,
    calls,
    totalMs,
    meanMs: totalMs / calls,
    maxMs: Math.max(...variants.map((row) => row.maxMs)),
    share: spentMs === 0 ? 0 : totalMs / spentMs,
    rowsPerCall: sum((row) => row.rows) / calls,
    cacheShare: cached + read === 0 ? undefined : cached / (cached + read),
    ioBlocks: read + sum((row) => row.otherBlocks),
    ioMs: sum((row) => row.ioMs),
    text: variants[0]?.text ?? '',
  }
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

function adviceOn(cause: unknown): string {
  const code = cause instanceof pg.DatabaseError ? cause.code : undefined
  if (code === NO_PRIVILEGE) {
    return `${reasonOf(cause)}. An administrator of the database runs CREATE EXTENSION ${EXTENSION}, once in this database.`
  }
  if (code === NOT_PRELOADED) return `Postgres does not count: start it with shared_preload_libraries = '${EXTENSION}'.`
  if (code === NO_COLUMN) return `the extension is of an older Postgres: ALTER EXTENSION ${EXTENSION} UPDATE.`
  return `${reasonOf(cause)}.`
}
