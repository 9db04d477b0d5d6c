import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { AccountNumber } from '../engine/command.ts'
import { integers } from './array-literal.ts'

/** The orders of an account are to go when nobody who asked for it has been there for so long. */
export interface CancelOnDisconnect {
  readonly account: AccountNumber
  readonly graceMs: number
}

/** Who has asked for it, beside the journal's batches; the state that a leader goes on from has the list. */
export class CancelOnDisconnects {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  async set(wishes: readonly CancelOnDisconnect[]): Promise<void> {
    if (wishes.length === 0) return
    const values = [integers(wishes, ({ account }) => account), integers(wishes, ({ graceMs }) => graceMs)]
    await this.#queries.none({ ...sql.journal.setCancelOnDisconnect, values })
  }

  async clear(accounts: readonly AccountNumber[]): Promise<void> {
    if (accounts.length === 0) return
    const values = [integers(accounts, (account) => account)]
    await this.#queries.none({ ...sql.journal.clearCancelOnDisconnect, values })
  }
}
