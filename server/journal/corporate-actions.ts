import type { ITask } from 'pg-promise'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { fromRow } from './rows.ts'

/** A corporate action of a symbol, scheduled by an operator. */
export type PlannedAction = { readonly symbol: string; /** Market time. */ readonly atMs: number } & (
  | { readonly kind: 'dividend'; readonly centsPerLot: number }
  /** Each `denominator` lots become `numerator`. */
  | { readonly kind: 'split'; readonly numerator: number; readonly denominator: number }
)
/** `appliedBatch`: the batch that applied it. */
export type CorporateAction = PlannedAction & { readonly id: number; readonly appliedBatch: number | undefined }
export type Split = CorporateAction & { readonly kind: 'split' }

/**
 * One statement covers this much of the past: for years of bars, the connection would be silent longer than allowed.
 */
const STRETCH_MS = 28 * 86_400_000

interface Restatement {
  readonly symbol: string
  readonly numerator: number
  readonly denominator: number
  readonly beforeMs: number
}

/** Dividends and splits: scheduled here, applied by the batch that names them (`Batch.corporateActions`). */
export class CorporateActions {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** @returns the id of the action */
  async schedule(action: PlannedAction): Promise<number> {
    const absent = { centsPerLot: null, numerator: null, denominator: null }
    const row = await this.#queries.one<{ id: number }>(sql.journal.scheduleCorporateAction, { ...absent, ...action })
    return row.id
  }

  /** @returns false when it was already applied or does not exist */
  async cancel(id: number): Promise<boolean> {
    return (await this.#queries.oneOrNone(sql.journal.cancelCorporateAction, { id })) !== null
  }

  /** Actions not applied yet, earliest first. */
  async pending(): Promise<CorporateAction[]> {
    return (await this.#queries.any(sql.journal.listPendingCorporateActions)).map(fromRow<CorporateAction>)
  }

  /** Applied splits, oldest first. */
  async splits(): Promise<Split[]> {
    return (await this.#queries.any(sql.journal.listSplits)).map(fromRow<Split>)
  }

  /** Applied splits whose bars have not been adjusted yet with `restate`. */
  async unrestated(): Promise<Split[]> {
    return (await this.#queries.any(sql.journal.listUnrestatedSplits)).map(fromRow<Split>)
  }

  /**
   * Adjusts the bars before a split to its prices and lots, and waiting alerts to its prices. It happens once, however
   * often it is called, and entirely or not at all.
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

/** Backward from the split, as far as there are bars. */
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
