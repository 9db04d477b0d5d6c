import type { Prepared } from '../database/sql.ts'
import type { Finding, Snapshot } from './snapshot.ts'

/** What a check covers: the columns of db/queries/audit/count-rows.sql. */
export type Counted =
  'accounts' | 'assets' | 'balances' | 'positions' | 'orders' | 'open orders' | 'fills' | 'entries' | 'batches'

/** A statement that must be true of the whole database. */
export interface Check {
  readonly name: string
  /** What is true when the check passes, in one sentence. */
  readonly claim: string
  readonly of: Counted
  readonly find: (snapshot: Snapshot) => Promise<Finding>
}

/** A check that runs a single statement. */
export const by =
  (statement: Prepared) =>
  (snapshot: Snapshot): Promise<Finding> =>
    snapshot.faults(statement)
