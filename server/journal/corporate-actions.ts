import type { ITask } from 'pg-promise'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { fromRow } from './rows.ts'

/** What is to happen to a symbol at a time, by its operator's word. */
export type PlannedAction = { readonly symbol: string; /** Market time. */ readonly atMs: number } & (
  | { readonly kind: 'dividend'; readonly centsPerLot: number }
  /** Each `denominator` lots become `numerator`. */
  | { readonly kind: 'split'; readonly numerator: number; readonly denominator: number }
)
/** `appliedBatch`: the batch that carried it out. */
export type CorporateAction = PlannedAction & { readonly id: number; readonly appliedBatch: number | undefined }
export type Split = CorporateAction & { readonly kind: 'split' }

/** So much of the past is one statement: years of bars would be longer on their way than a connection may be silent. */
const STRETCH_MS = 28 * 86_400_000

interface Restatement {
  readonly symbol: string
  readonly numerator: number
  readonly denominator: number
  readonly beforeMs: number
}

/** Dividends and splits: planned here, applied by a batch that names them (`Batch.corporateActions`). */
export class CorporateActions {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** @returns its id */
  async schedule(action: PlannedAction): Promise<number> {
    const absent = { centsPerLot: null, numerator: null, denominator: null }
    const row = await this.#queries.one<{ id: number }>(sql.journal.scheduleCorporateAction, { ...absent, ...action })
    return row.id
  }

  /** @returns false when it had been applied, or never was */
  async cancel(id: number): Promise<boolean> {
    return (await this.#queries.oneOrNone(sql.journal.cancelCorporateAction, { id })) !== null
  }

  /** Those not applied yet, the first due first. */
  async pending(): Promise<CorporateAction[]> {
    return (await this.#queries.any(sql.journal.listPendingCorporateActions)).map(fromRow<CorporateAction>)
  }

  /** Those applied, oldest first. */
  async splits(): Promise<Split[]> {
    return (await this.#queries.any(sql.journal.listSplits)).map(fromRow<Split>)
  }

  /** The splits that were applied and whose bars have not been restated: `restate` them. */
  async unrestated(): Promise<Split[]> {
    return (await this.#queries.any(sql.journal.listUnrestatedSplits)).map(fromRow<Split>)
  }

  /**
   * Brings the bars before a split to its prices and lots, and the alerts that wait to its prices: once, however often it
   * is asked, and all of them or none.
   */
  async restate(id: number): Promise<void> {
    await this.#queries.tx(async (t) => {
      await t.none('SET LOCAL transaction_timeout = 0')
      const row: unknown = await t.oneOrNone(sql.journal.markSplitRestated, { id })
      if (row === null) return
      const restatement = fromRow<Restatement>(row)
      await t.none(sql.journal.restateAlerts, restatement)
      for (const table of ['candle_1s', 'candle_1m']) await restateBars(t, table, restatement)
    })
  }
}

/** From the split back, as far as there are bars. */
async function restateBars(t: ITask<unknown>, table: string, { beforeMs, ...restatement }: Restatement): Promise<void> {
  for (let toMs = beforeMs; ;) {
    const query = { table, symbol: restatement.symbol, beforeMs: toMs }
    const last = await t.oneOrNone<{ startAtMs: bigint }>(sql.journal.findBarBefore, query)
    if (last === null) return
    const fromMs = Number(last.startAtMs) - STRETCH_MS
    await t.none(sql.journal.restateBars, { table, ...restatement, fromMs, toMs })
    toMs = fromMs
  }
}
