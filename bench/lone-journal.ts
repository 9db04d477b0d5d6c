import { openDatabase } from '../server/database/database.ts'
import { FIRST_USER_ACCOUNT } from '../server/engine/command.ts'
import { TakerFlow } from '../server/journal/batch.fixture.ts'
import { type Batch, Journal } from '../server/journal/journal.ts'
import type { Rig } from './rig.ts'

/** Batches for the journal. */
export interface Flow {
  /** Orders per batch. */
  readonly size: number
  next(batch: number): Batch
}

export type Commit = (make: (batch: number) => Batch) => Promise<void>
/** Opens a flow, committing what it needs first. */
export type OpenFlow = (commit: Commit) => Promise<Flow>

const ACCOUNTS = 2_000
const ACCOUNTS_PER_BATCH = 500

/** A journal without an exchange, with its own database, and a flow of batches for it. */
export class LoneJournal implements AsyncDisposable {
  readonly #parts: AsyncDisposableStack
  readonly #journal: Journal
  readonly #flow: Flow
  #number: number

  private constructor(parts: AsyncDisposableStack, journal: Journal, flow: Flow, number: number) {
    this.#parts = parts
    this.#journal = journal
    this.#flow = flow
    this.#number = number
  }

  static async open(rig: Rig, openFlow: OpenFlow): Promise<LoneJournal> {
    await using parts = new AsyncDisposableStack()
    const database = parts.use(await openDatabase({ url: await rig.freshUrl(), logger: { warn: () => undefined } }))
    const journal = new Journal(database.commits)
    let number = 0
    const flow = await openFlow((make) => journal.commit(make(++number)))
    // pgbench does the same for its tables; otherwise autovacuum would do it within a minute.
    await database.queries.none('VACUUM ANALYZE')
    return new LoneJournal(parts.move(), journal, flow, number)
  }

  get ordersPerBatch(): number {
    return this.#flow.size
  }

  /** The next batch, which must be committed before the one after it. */
  next(): Batch {
    return this.#flow.next(++this.#number)
  }

  commit(batch: Batch): Promise<void> {
    return this.#journal.commit(batch)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
  }
}

/** Orders that fill at once, `size` per batch, of all accounts in turn. */
export const marketOrders =
  (size: number): OpenFlow =>
  async (commit) => {
    const flow = new TakerFlow()
    const accounts = Array.from({ length: ACCOUNTS }, (_, at) => FIRST_USER_ACCOUNT + at)
    for (let from = 0; from < ACCOUNTS; from += ACCOUNTS_PER_BATCH) {
      await commit((batch) => flow.opening(batch, accounts.slice(from, from + ACCOUNTS_PER_BATCH)))
    }
    let next = 0
    return {
      size,
      next: (number) => {
        const takers = Array.from({ length: size }, (_, at) => accounts[(next + at) % ACCOUNTS] ?? 0)
        next += size
        const batch = flow.batch(number, takers)
        // The goal counts cash and quantity, four entries per order; the fee would add two.
        return { ...batch, entries: batch.entries.filter(({ kind }) => kind !== 'fee') }
      },
    }
  }
