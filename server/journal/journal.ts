import type { Connection, Session } from '../database/connection.ts'
import { sql } from '../database/sql.ts'
import { within } from '../within.ts'
import { type Batch, encodeBatch, type Parameter, type RowType } from './batch.ts'
import { commitError, InDoubt } from './errors.ts'
import { ofType } from './row-writer.ts'

export type { AccountOwner, Batch, CommandResult } from './batch.ts'
export { commandHash } from './command-hash.ts'
export { Fenced, InDoubt, Refused } from './errors.ts'

/** After this time without an answer the connection is cut, and the batch is in doubt. */
const COMMIT_MS_MAX = 2_000
/** Up to this many rows are written well within the role's transaction_timeout of 1.5 s. */
const QUICK_ROWS_MAX = 1_000
/** The role's own limit; a larger batch gets extra time on top of it. */
const ROLE_TIMEOUT_MS = 1_500
/** Extra time per 1,000 rows of a larger batch: about 12 times what they take (docs/adr/0018). */
const MS_PER_1000_ROWS = 500
const READY_MS_MAX = 10_000
/** See db/functions/commit_batch_3.sql. */
const PLANS = `SET plan_cache_mode = force_generic_plan; SET enable_hashjoin = off; SET enable_mergejoin = off;
  SET enable_seqscan = off; SET enable_sort = off; SET jit = off`

/** The oids that this database has for the row types. */
type RowTypes = Readonly<Record<RowType, number>>

/** Writes what the engine's events contain, and computes nothing itself. */
export class Journal {
  readonly #connection: Connection
  /** The prepared session and its epoch. */
  #ready: { session: number; epoch: number; types: RowTypes } | undefined
  /** The session whose timeout was changed last; every other one has the role's. */
  #limited: { session: number; extraMs: number } | undefined
  /** The last batch committed here; undefined after any failure. */
  #last: { epoch: number; timeMs: number } | undefined
  #committing = false

  /** @param connection `database.commits`, used by nobody else */
  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * Opens and prepares a session for an epoch's batches. The first commit would do so too, but within its own time
   * limit: with a slow Postgres it would always end in doubt.
   * @throws when Postgres does not answer in time: try again
   */
  async ready(epoch: number): Promise<void> {
    const readied = this.#connection.session().then((session) => this.#prepare(session, epoch))
    await within(READY_MS_MAX, readied, () => {
      this.#connection.destroy()
      return new Error(`journal: no session within ${READY_MS_MAX} ms`)
    })
  }

  /**
   * Commits a batch: one call of one function, in autocommit. The batch is encoded before this returns, so its objects
   * may change at once. One at a time.
   * @throws (rejects) {Fenced} another process leads: step down
   * @throws (rejects) {InDoubt} the answer was lost and the connection is gone: `Lease.fenceSelf` makes the outcome
   * certain
   * @throws (rejects) {Refused} the batch is wrong, which is a defect
   */
  commit(batch: Batch): Promise<void> {
    if (this.#committing) throw new Error('journal: a batch is still being committed')
    const knownToMs = this.#last?.epoch === batch.epoch ? this.#last.timeMs : undefined
    this.#last = undefined
    const extraMs = extraMsFor(batch)
    let values: Parameter[]
    try {
      values = encodeBatch(batch, knownToMs)
    } catch (cause) {
      return Promise.reject(commitError(cause))
    }
    this.#committing = true
    const { epoch, timeMs } = batch
    return this.#send(values, epoch, extraMs)
      .then(() => void (this.#last = { epoch, timeMs }))
      .finally(() => (this.#committing = false))
  }

  async #send(values: Parameter[], epoch: number, extraMs: number): Promise<void> {
    const msMax = COMMIT_MS_MAX + extraMs
    const late = () => new InDoubt(`a batch is in doubt: no answer within ${msMax} ms`)
    try {
      await within(msMax, this.#run(values, epoch, extraMs), late)
    } catch (cause) {
      const error = commitError(cause)
      if (error instanceof InDoubt) this.#connection.destroy()
      throw error
    }
  }

  async #run(parameters: Parameter[], epoch: number, extraMs: number): Promise<void> {
    const session = await this.#connection.session()
    const types = await this.#prepare(session, epoch)
    await this.#limit(session, extraMs)
    const values = parameters.map((one) =>
      one === null || typeof one === 'string' || Buffer.isBuffer(one) ? one : ofType(one.rows, types[one.type]),
    )
    await session.client.query({ ...sql.journal.commitBatch, values })
  }

  /** Sets the timeout of the session's next transaction, in a statement of its own before the commit begins. */
  async #limit(session: Session, extraMs: number): Promise<void> {
    if ((this.#limited?.session === session.number ? this.#limited.extraMs : 0) === extraMs) return
    this.#limited = undefined
    await session.client.query(
      extraMs === 0 ? 'RESET transaction_timeout' : `SET transaction_timeout = '${ROLE_TIMEOUT_MS + extraMs}ms'`,
    )
    this.#limited = { session: session.number, extraMs }
  }

  /**
   * Prepares a session for its first batch: it gets the name of its epoch, by which a successor that waits too long
   * finds and terminates it, and the planner settings that commit_batch_3 relies on.
   */
  async #prepare(session: Session, epoch: number): Promise<RowTypes> {
    if (this.#ready?.session === session.number && this.#ready.epoch === epoch) return this.#ready.types
    await session.client.query(`SET application_name = 'valiant-commit-${epoch}'`)
    await session.client.query(PLANS)
    const { rows } = await session.client.query<{ name: RowType; type: number }>(sql.journal.readRowTypes)
    const types = Object.fromEntries(rows.map(({ name, type }) => [name, type])) as RowTypes
    this.#ready = { session: session.number, epoch, types }
    return types
  }
}

/**
 * Extra time for a large batch. An operation is committed entirely or not at all and has no maximum size (a split, the
 * expiry of many day orders). If a limit were too short for it, it would be again after every recovery.
 */
function extraMsFor(batch: Batch): number {
  const { results, orders, fills, entries, positions, accounts, opened, deadMen } = batch
  const lists: readonly (readonly unknown[])[] = [results, orders, fills, entries, positions, accounts, opened, deadMen]
  const rows = lists.reduce((sum, list) => sum + list.length, 0)
  return rows <= QUICK_ROWS_MAX ? 0 : Math.ceil(rows / 1_000) * MS_PER_1000_ROWS
}
