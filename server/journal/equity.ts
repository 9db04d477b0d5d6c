import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { AccountNumber } from '../engine/command.ts'
import { integers } from './array-literal.ts'
import { fromRow } from './rows.ts'

/** The equity of an account at one time. */
export interface EquitySample {
  readonly account: AccountNumber
  /** Market time. */
  readonly atMs: number
  readonly equityCents: number
  readonly cashCents: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** After this many days only the last sample of each step is kept, and idle accounts are only sampled once per step. */
const THINNED = [
  { stepMs: HOUR_MS, afterDays: 7 },
  { stepMs: DAY_MS, afterDays: 90 },
]
/** Together they have at most 70,000 samples a day. */
const ACCOUNTS_A_STATEMENT = 50

/**
 * The equity of accounts over time. Stored outside the journal's batches: a crash may lose the latest samples. There is
 * one per minute at first, one per hour after a week, one per day after 90 days.
 */
export class EquityCurves {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** Existing samples are kept. */
  async write(samples: readonly EquitySample[]): Promise<void> {
    if (samples.length === 0) return
    const values = [
      integers(samples, (sample) => sample.account),
      integers(samples, (sample) => sample.atMs),
      integers(samples, (sample) => sample.equityCents),
      integers(samples, (sample) => sample.cashCents),
    ]
    await this.#queries.none({ ...sql.journal.writeEquity, values })
  }

  /**
   * Removes samples that are finer than their age requires. Each day is done once; an interrupted day is done again.
   */
  async thin(nowMs: number): Promise<void> {
    const today = Math.floor(nowMs / DAY_MS)
    for (const { stepMs, afterDays } of THINNED) {
      const { beforeDay } = await this.#queries.one<{ beforeDay: number }>(sql.journal.readEquityThinned, { stepMs })
      for (let day = beforeDay; day < today - afterDays; day++) {
        await this.#thinDay(day, stepMs)
        await this.#queries.none(sql.journal.noteEquityThinned, { stepMs, beforeDay: day + 1 })
      }
    }
  }

  /**
   * Accounts with a position that have not traded for a long time.
   * @returns the interval in ms at which to sample each
   */
  async idleHolders(nowMs: number): Promise<Map<AccountNumber, number>> {
    const idle = new Map<AccountNumber, number>()
    for (const { stepMs, afterDays } of THINNED) {
      const rows = await this.#queries.any<unknown>(sql.journal.listIdleHolders, {
        beforeMs: nowMs - afterDays * DAY_MS,
      })
      for (const row of rows) idle.set(fromRow<{ account: AccountNumber }>(row).account, stepMs)
    }
    return idle
  }

  async #thinDay(day: number, stepMs: number): Promise<void> {
    const stretch = { fromMs: day * DAY_MS, toMs: (day + 1) * DAY_MS, stepMs, limit: ACCOUNTS_A_STATEMENT }
    let after = 0
    for (;;) {
      const { last } = await this.#queries.tx(async (t) => {
        // Reads pages written a week ago, which are no longer cached.
        await t.none('SET LOCAL transaction_timeout = 0')
        return t.one<{ last: number | null }>(sql.journal.thinEquity, { ...stretch, after })
      })
      if (last === null) return
      after = last
    }
  }
}
