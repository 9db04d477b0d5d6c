import pg from 'pg'
import { anotherVersion } from '../database/another-version.ts'
import { assertNewEnough } from '../database/postgres-version.ts'
import type { Prepared } from '../database/sql.ts'
import { StartupError, reasonOf } from '../database/startup-error.ts'
import { ourTypes } from '../database/types.ts'

/** What is wrong with one row. */
export interface Fault {
  /** Identifies the row: by its account and number, or by its batch. */
  readonly row: string
  readonly fault: string
}

/** The result of one search. */
export interface Finding {
  /** The number of faults. */
  readonly faults: number
  /** The first faults. */
  readonly rows: readonly Fault[]
}

/** At most this many rows are reported per check; the rest are counted. */
export const ROWS_NAMED_MAX = 20
const PAGE = 5_000
/**
 * The limits of the role are meant for trading. These statements touch every row, so no plan may cost more than n log
 * n, whatever the planner knows of the tables: everything is sorted and merged. Hash joins are off because ids (account
 * × 2^32 + number) of neighboring accounts have equal hashes, which made joining a million rows 5 to 15 times slower.
 * Parallel workers are off to leave the other cores to trading, and sorts beyond work_mem use the disk.
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

/** The database as of one moment, whatever is committed later. */
export class Snapshot implements AsyncDisposable {
  readonly #client: pg.Client
  #cursors = 0

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /** @throws {StartupError} when it cannot be opened */
  static async open(url: string): Promise<Snapshot> {
    const client = new pg.Client({ connectionString: url, application_name: 'valiant-audit', types: ourTypes })
    client.on('error', () => undefined) // the running query fails with the same error
    try {
      await client.connect()
      await assertNewEnough(client, url)
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      for (const [name, value] of Object.entries(SETTINGS)) await client.query(`SET LOCAL ${name} = '${value}'`)
      return new Snapshot(client)
    } catch (cause) {
      await client.end().catch(() => undefined)
      if (cause instanceof StartupError) throw cause
      throw new StartupError(`Cannot audit: ${reasonOf(cause)}.`, { cause })
    }
  }

  async rows<Row>({ text }: Prepared, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#query(text, values)).rows as Row[]
  }

  /** Runs a statement that returns a `row` and its `fault` for each fault. */
  async faults({ text }: Prepared, values: readonly unknown[] = []): Promise<Finding> {
    const counted = `SELECT "row", fault, count(*) OVER () AS faults FROM (${text}) AS found LIMIT ${ROWS_NAMED_MAX}`
    const rows = (await this.#query(counted, values)).rows as (Fault & { readonly faults: bigint })[]
    return { faults: Number(rows[0]?.faults ?? 0), rows: rows.map(({ row, fault }) => ({ row, fault })) }
  }

  /** The rows of a statement, one page in memory at a time. */
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
      const what = 'The audit was interrupted'
      throw anotherVersion(what, cause) ?? new StartupError(`${what}: ${reasonOf(cause)}.`, { cause })
    }
  }
}
