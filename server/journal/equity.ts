import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { AccountNumber } from '../engine/command.ts'
import { integers } from './array-literal.ts'
import { fromRow } from './rows.ts'

/** What an account was worth at a time. */
export interface EquitySample {
  readonly account: AccountNumber
  /** Market time. */
  readonly atMs: number
  readonly equityCents: number
  readonly cashCents: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** From so many days on, the last sample of each step is enough, for what is kept as for what an idle account adds. */
const THINNED = [
  { stepMs: HOUR_MS, afterDays: 7 },
  { stepMs: DAY_MS, afterDays: 90 },
]
/** Of a day at once: 70,000 samples at most. */
const ACCOUNTS_A_STATEMENT = 50

/**
 * What accounts have been worth, outside the journal's batches: a crash may lose the last of it. Each minute has a sample at
 * first; after a week each hour, after 90 days each day.
 */
export class EquityCurves {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** A sample that is there already stays. */
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

  /** Drops what is older than its fineness is kept. Each day is done once; one broken off is done again. */
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
   * Accounts that hold something and have long not traded.
   * @returns how often each is worth a sample, in ms
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
        // On the pages of a week ago, which nobody has read since.
        await t.none('SET LOCAL transaction_timeout = 0')
        return t.one<{ last: number | null }>(sql.journal.thinEquity, { ...stretch, after })
      })
      if (last === null) return
      after = last
    }
  }
}
