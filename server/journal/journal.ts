import type { Connection, Session } from '../database/connection.ts'
import { sql } from '../database/sql.ts'
import { type Batch, encodeBatch } from './batch.ts'
import { commitError, InDoubt } from './errors.ts'

export type { AccountOwner, Batch, CommandResult } from './batch.ts'
export { commandHash } from './command-hash.ts'
export { Fenced, InDoubt, Refused } from './errors.ts'

/** After so long without an answer the connection is cut, and the batch is in doubt. */
const COMMIT_MS_MAX = 2_000

/** Writes what the engine's events say, and computes nothing. */
export class Journal {
  readonly #connection: Connection
  /** The session that bears its epoch's name. */
  #named: { session: number; epoch: number } | undefined
  #committing = false

  /** @param connection `database.commits`; nobody else uses it */
  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * Commits a batch: one call of one function, in autocommit. The batch is read before this returns, so its objects may
   * change at once. One at a time.
   * @throws (by the promise) {Fenced} another leads; step down
   * @throws {InDoubt} the answer was lost: the connection is gone; reliability 2b
   * @throws {Refused} the batch is wrong: a defect
   */
  commit(batch: Batch): Promise<void> {
    if (this.#committing) throw new Error('journal: a batch is still being committed')
    let values: (string | null)[]
    try {
      values = encodeBatch(batch)
    } catch (cause) {
      return Promise.reject(commitError(cause))
    }
    this.#committing = true
    return this.#send(values, batch.epoch).finally(() => (this.#committing = false))
  }

  async #send(values: (string | null)[], epoch: number): Promise<void> {
    const overdue = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => overdue.reject(new InDoubt(`a batch is in doubt: no answer within ${COMMIT_MS_MAX} ms`)),
      COMMIT_MS_MAX,
    )
    const answer = this.#run(values, epoch)
    try {
      await Promise.race([answer, overdue.promise])
    } catch (cause) {
      const error = commitError(cause)
      if (error instanceof InDoubt) this.#connection.destroy()
      answer.catch(() => undefined) // cut off by us: that it fails too is no news
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async #run(values: (string | null)[], epoch: number): Promise<void> {
    const session = await this.#connection.session()
    await this.#name(session, epoch)
    await session.client.query({ ...sql.journal.commitBatch, values })
  }

  /** Gives the session its epoch's name, by which a successor that waits for it too long finds and ends it. */
  async #name(session: Session, epoch: number): Promise<void> {
    if (this.#named?.session === session.number && this.#named.epoch === epoch) return
    await session.client.query(`SET application_name = 'valiant-commit-${epoch}'`)
    this.#named = { session: session.number, epoch }
  }
}
