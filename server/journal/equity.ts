import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { AccountNumber } from '../engine/command.ts'
import { integers } from './array-literal.ts'

/** What an account was worth at a time. */
export interface EquitySample {
  readonly account: AccountNumber
  /** Market time. */
  readonly atMs: number
  readonly equityCents: number
  readonly cashCents: number
}

/** Writes samples, outside the journal's batches: a crash may lose the last of them. One that is there already stays. */
export async function writeEquity(queries: Queries, samples: readonly EquitySample[]): Promise<void> {
  if (samples.length === 0) return
  const values = [
    integers(samples, (sample) => sample.account),
    integers(samples, (sample) => sample.atMs),
    integers(samples, (sample) => sample.equityCents),
    integers(samples, (sample) => sample.cashCents),
  ]
  await queries.none({ ...sql.journal.writeEquity, values })
}
