import { openDatabase } from '../server/database/database.ts'
import { FIRST_USER_ACCOUNT } from '../server/engine/command.ts'
import { TakerFlow } from '../server/journal/batch.fixture.ts'
import { type Batch, Journal } from '../server/journal/journal.ts'
import type { Rig } from './rig.ts'

/** What comes to the journal, batch by batch. */
export interface Flow {
  /** Orders a batch. */
  readonly size: number
  next(batch: number): Batch
}

export type Commit = (make: (batch: number) => Batch) => Promise<void>
/** Commits what must be there first. */
export type OpenFlow = (commit: Commit) => Promise<Flow>

const ACCOUNTS = 2_000
const ACCOUNTS_A_BATCH = 500

/** The journal by itself, on a database of its own, and what comes to it. */
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
    // As pgbench does for its own tables; otherwise autovacuum does it within a minute.
    await database.queries.none('VACUUM ANALYZE')
    return new LoneJournal(parts.move(), journal, flow, number)
  }

  get ordersABatch(): number {
    return this.#flow.size
  }

  /** The next batch, to be committed before the one after it. */
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

/** Orders that fill at once, `size` a batch, of accounts in turn. */
export const marketOrders =
  (size: number): OpenFlow =>
  async (commit) => {
    const flow = new TakerFlow()
    const accounts = Array.from({ length: ACCOUNTS }, (_, at) => FIRST_USER_ACCOUNT + at)
    for (let from = 0; from < ACCOUNTS; from += ACCOUNTS_A_BATCH) {
      await commit((batch) => flow.opening(batch, accounts.slice(from, from + ACCOUNTS_A_BATCH)))
    }
    let next = 0
    return {
      size,
      next: (number) => {
        const takers = Array.from({ length: size }, (_, at) => accounts[(next + at) % ACCOUNTS] ?? 0)
        next += size
        const batch = flow.batch(number, takers)
        // The yardstick moves cash and quantity, four sides an order; the fee would be two more.
        return { ...batch, entries: batch.entries.filter(({ kind }) => kind !== 'fee') }
      },
    }
  }
