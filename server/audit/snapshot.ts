import pg from 'pg'
import { anotherVersion } from '../database/another-version.ts'
import type { Prepared } from '../database/sql.ts'
import { StartupError, reasonOf } from '../database/startup-error.ts'
import { ourTypes } from '../database/types.ts'

/** What is wrong with one row. */
export interface Fault {
  /** Names it: its account and number, its batch. */
  readonly row: string
  readonly fault: string
}

/** What one search found. */
export interface Finding {
  /** How many. */
  readonly faults: number
  /** The first of them. */
  readonly rows: readonly Fault[]
}

/** So many rows are named; of all the rest it is said how many. */
export const ROWS_NAMED_MAX = 20
const PAGE = 5_000
/**
 * The role's limits are for trading. Statements touch every row: no plan may cost more than the rows and their logarithm,
 * whatever is known of the tables, so everything is sorted and merged. Not hashed: ids (account × 2^32 + number) of accounts
 * that are near each other fall on one hash, and joining a million took 5 to 15 times as long. One core, and what does not
 * fit into work_mem goes to disk.
 */
const SETTINGS = {
  transaction_timeout: '0',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  lock_timeout: '0',
  work_mem: '64MB',
  max_parallel_workers_per_gather: '0',
  enable_nestloop: 'off',
  enable_hashjoin: 'off',
  enable_hashagg: 'off',
  cursor_tuple_fraction: '1',
  jit: 'off',
}

/** The database as it is at one moment, whatever is committed meanwhile. */
export class Snapshot implements AsyncDisposable {
  readonly #client: pg.Client
  #cursors = 0

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /** @throws {StartupError} when it cannot be had */
  static async open(url: string): Promise<Snapshot> {
    const client = new pg.Client({ connectionString: url, application_name: 'valiant-audit', types: ourTypes })
    client.on('error', () => undefined) // the query that is running says it too
    try {
      await client.connect()
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      for (const [name, value] of Object.entries(SETTINGS)) await client.query(`SET LOCAL ${name} = '${value}'`)
      return new Snapshot(client)
    } catch (cause) {
      await client.end().catch(() => undefined)
      throw new StartupError(`Cannot audit: ${reasonOf(cause)}.`, { cause })
    }
  }

  async rows<Row>({ text }: Prepared, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#query(text, values)).rows as Row[]
  }

  /** Runs a statement that gives a `row` and its `fault` for each fault, however many. */
  async faults({ text }: Prepared, values: readonly unknown[] = []): Promise<Finding> {
    const counted = `SELECT "row", fault, count(*) OVER () AS faults FROM (${text}) AS found LIMIT ${ROWS_NAMED_MAX}`
    const rows = (await this.#query(counted, values)).rows as (Fault & { readonly faults: bigint })[]
    return { faults: Number(rows[0]?.faults ?? 0), rows: rows.map(({ row, fault }) => ({ row, fault })) }
  }

  /** The rows of a statement, of which only a page is in memory. */
  async *stream<Row>({ text }: Prepared): AsyncGenerator<Row, undefined> {
    const name = `audit_${++this.#cursors}`
    await this.#query(`DECLARE ${name} NO SCROLL CURSOR FOR ${text}`)
    for (;;) {
      const { rows } = await this.#query(`FETCH ${PAGE} FROM ${name}`)
      yield* rows as Row[]
      if (rows.length < PAGE) break
    }
    await this.#query(`CLOSE ${name}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end().catch(() => undefined)
  }

  async #query(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    try {
      return await this.#client.query({ text, values: [...values] })
    } catch (cause) {
      const what = 'The audit was broken off'
      throw anotherVersion(what, cause) ?? new StartupError(`${what}: ${reasonOf(cause)}.`, { cause })
    }
  }
}
