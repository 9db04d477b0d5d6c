import type { Prepared } from '../database/sql.ts'
import type { Finding, Snapshot } from './snapshot.ts'

/** What a check goes through: the columns of db/queries/audit/count-rows.sql. */
export type Counted =
  'accounts' | 'assets' | 'balances' | 'positions' | 'orders' | 'open orders' | 'fills' | 'entries' | 'batches'

/** One thing that must hold of the whole database. */
export interface Check {
  readonly name: string
  /** What it proves, as a sentence of the field. */
  readonly claim: string
  readonly of: Counted
  readonly find: (snapshot: Snapshot) => Promise<Finding>
}

/** A search that is one statement. */
export const by =
  (statement: Prepared) =>
  (snapshot: Snapshot): Promise<Finding> =>
    snapshot.faults(statement)
