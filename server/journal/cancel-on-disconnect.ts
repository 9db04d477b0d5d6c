import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { AccountNumber } from '../engine/command.ts'
import { integers } from './array-literal.ts'

/** An account whose orders are to be canceled when nobody who asked for that has been connected for `graceMs`. */
export interface CancelOnDisconnect {
  readonly account: AccountNumber
  readonly graceMs: number
}

/** The stored settings, outside the journal's batches. A new leader reads them with its state. */
export class CancelOnDisconnects {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  async set(settings: readonly CancelOnDisconnect[]): Promise<void> {
    if (settings.length === 0) return
    const values = [integers(settings, ({ account }) => account), integers(settings, ({ graceMs }) => graceMs)]
    await this.#queries.none({ ...sql.journal.setCancelOnDisconnect, values })
  }

  async clear(accounts: readonly AccountNumber[]): Promise<void> {
    if (accounts.length === 0) return
    const values = [integers(accounts, (account) => account)]
    await this.#queries.none({ ...sql.journal.clearCancelOnDisconnect, values })
  }
}
