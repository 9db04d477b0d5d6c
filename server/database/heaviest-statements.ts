import pg from 'pg'
import { sql } from './sql.ts'
import { assertNewEnough } from './postgres-version.ts'
import { reasonOf, StartupError } from './startup-error.ts'
import { StatementNames } from './statement-names.ts'
import { ourTypes } from './types.ts'

/** The cost of one of our statements in Postgres, over all values of its parameters. */
export interface StatementCost {
  /** As named by `StatementNames`. */
  readonly name: string
  readonly calls: number
  readonly totalMs: number
  readonly meanMs: number
  readonly maxMs: number
  /** Share of the total time of this database. Statements inside functions are also part of their caller's. */
  readonly share: number
  /** Rows returned or written per call. */
  readonly rowsPerCall: number
  /** Share of the blocks it accessed that were in Postgres's cache; undefined when it accessed none. */
  readonly cacheShare: number | undefined
  /** Blocks of 8 KiB that were read from disk, written early, or part of a temporary file. */
  readonly ioBlocks: number
  readonly ioMs: number
  /** The heaviest of its variants as Postgres stores it, with `$1` for a value. */
  readonly text: string
}

/** The orders in which statements can be listed. */
export const ORDERS = {
  total: ({ totalMs }) => totalMs,
  mean: ({ meanMs }) => meanMs,
  calls: ({ calls }) => calls,
  io: ({ ioBlocks }) => ioBlocks,
} satisfies Record<string, (cost: StatementCost) => number>
export type Order = keyof typeof ORDERS

/** Statements that have a plan, after any comments. */
const PLANNED = /^(\s|--[^\n]*|\/\*[^]*?\*\/)*(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES)\b/i
const EXTENSION = 'pg_stat_statements'
const NO_PRIVILEGE = '42501'
const NOT_PRELOADED = '55000'
const NO_COLUMN = '42703'

/** The statistics that a database keeps about its statements. */
export class HeaviestStatements implements AsyncDisposable {
  readonly #client: pg.Client
  readonly #names = new StatementNames()

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /**
   * Connects, and creates the extension if it is missing.
   * @throws {StartupError} that says what to do
   */
  static async open(url: string): Promise<HeaviestStatements> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'valiant-queries-command',
      types: ourTypes,
    })
    client.on('error', () => undefined) // the running query fails with it too
    try {
      await client.connect()
      await assertNewEnough(client, url)
      // The role's limits are meant for trading.
      await client.query('SET transaction_timeout = 0; SET client_min_messages = warning')
      await client.query(`CREATE EXTENSION IF NOT EXISTS ${EXTENSION}`)
      return new HeaviestStatements(client)
    } catch (cause) {
      await client.end().catch(() => undefined)
      if (cause instanceof StartupError) throw cause
      throw new StartupError(`Cannot read the statements' costs: ${adviceOn(cause)}`, { cause })
    }
  }

  /** Heaviest first. Variants of a statement, such as with and without a filter, count as one. */
  async list(order: Order, limit: number): Promise<StatementCost[]> {
    const rows = await this.#ask<Row>(sql.database.listStatements.text)
    const spentMs = sumOf(rows.filter(({ isTopLevel }) => isTopLevel).map(({ totalMs }) => totalMs))
    const costs = [...Map.groupBy(rows, ({ text }) => this.#names.nameOf(text))].map(([name, variants]) =>
      costOf(name, variants, spentMs),
    )
    return costs.sort((a, b) => ORDERS[order](b) - ORDERS[order](a)).slice(0, limit)
  }

  /**
   * The generic plan of a statement, or why there is none; empty for statements without a plan. Executes nothing.
   */
  async planOf({ text }: StatementCost): Promise<string[]> {
    if (!PLANNED.test(text)) return []
    const template = this.#names.templateOf(text)
    // A template may leave the type of a parameter open.
    const plan = (template !== undefined && (await this.#explain(template))) || (await this.#explain(text))
    return plan || ['no generic plan: it runs inside a function, or the types of its parameters are unknown']
  }

  /** Resets the statistics. */
  async forget(): Promise<void> {
    await this.#ask(sql.database.forgetStatements.text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }

  /** @returns false when Postgres cannot plan it without values */
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
    return `${reasonOf(cause)}. Ask an administrator to run CREATE EXTENSION ${EXTENSION} once in this database.`
  }
  if (code === NOT_PRELOADED)
    return `Postgres does not collect statistics: start it with shared_preload_libraries = '${EXTENSION}'.`
  if (code === NO_COLUMN) return `the extension is from an older Postgres: run ALTER EXTENSION ${EXTENSION} UPDATE.`
  return `${reasonOf(cause)}.`
}
