import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { Bar, BarWidth } from '../feed/feed.ts'
import { integers, texts } from './array-literal.ts'
import { fromRow } from './rows.ts'

/** Many bars as columns, for `writeBars`: the first history has hundreds of thousands. */
export interface BarColumns {
  readonly symbol: readonly string[]
  readonly startAtMs: ArrayLike<number>
  readonly openTicks: ArrayLike<number>
  readonly highTicks: ArrayLike<number>
  readonly lowTicks: ArrayLike<number>
  readonly closeTicks: ArrayLike<number>
  readonly volumeLots: ArrayLike<number>
  readonly trades: ArrayLike<number>
  readonly turnover: ArrayLike<number>
}

/** At most this many bars per statement, so that each ends well within the role's transaction_timeout. */
const BARS_A_STATEMENT_MAX = 10_000
/** Only the first history has this many at once. Its bars are all new and inserted without conflict handling. */
const FIRST_HISTORY_BARS_MIN = 1_000
/** Time spans no longer than a partition. */
const STRETCH_MS = { '1s': 3_600_000, '1m': 28 * 86_400_000 } as const
const STRETCHES_KNOWN_MAX = 1_000
const tableOf = (width: BarWidth) => `candle_${width}`

/**
 * The bars of all symbols. They are stored outside the journal's batches: a crash may lose the last two seconds of
 * them.
 */
export class Bars {
  readonly #queries: Queries
  /** Time spans whose partitions are known to exist. */
  readonly #partitioned: Record<BarWidth, Set<number>> = { '1s': new Set(), '1m': new Set() }

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** Writes bars, replaces existing ones, and creates the partitions they need. */
  async writeBars(width: BarWidth, columns: BarColumns): Promise<void> {
    const count = columns.symbol.length
    if (count === 0) return
    await this.#makePartitions(width, columns.startAtMs)
    const numbers = [
      columns.startAtMs,
      columns.openTicks,
      columns.highTicks,
      columns.lowTicks,
      columns.closeTicks,
      columns.volumeLots,
      columns.trades,
      columns.turnover,
    ]
    let writing: Promise<void> = Promise.resolve()
    for (let from = 0; from < count; from += BARS_A_STATEMENT_MAX) {
      const rows = Array.from({ length: Math.min(BARS_A_STATEMENT_MAX, count - from) }, (_, i) => from + i)
      // Encoded while the previous part is being written.
      const values = [
        texts(rows, (row) => columns.symbol[row]),
        ...numbers.map((column) => integers(rows, (row) => column[row])),
      ]
      await writing
      writing = this.#write(width, rows.length, values)
    }
    await writing
  }

  /** Oldest first; `toMs` is exclusive. Periods without trades are absent. */
  async bars(width: BarWidth, symbol: string, { fromMs, toMs }: { fromMs: number; toMs: number }): Promise<Bar[]> {
    const parameters = { table: tableOf(width), symbol, fromMs, toMs }
    return (await this.#queries.any<unknown>(sql.journal.listBars, parameters)).map((row) => fromRow<Bar>(row))
  }

  /** The same for many symbols in one query; a symbol without bars is absent. */
  async barsOf(
    symbols: readonly string[],
    width: BarWidth,
    stretch: { fromMs: number; toMs: number },
  ): Promise<ReadonlyMap<string, readonly Bar[]>> {
    const parameters = { table: tableOf(width), symbols, ...stretch }
    const rows = await this.#queries.any<{ symbol: string }>(sql.journal.listBarsOfSymbols, parameters)
    const bars = new Map<string, Bar[]>()
    for (const { symbol, ...row } of rows) {
      const bar = fromRow<Bar>(row)
      const before = bars.get(symbol)
      if (before === undefined) bars.set(symbol, [bar])
      else before.push(bar)
    }
    return bars
  }

  /** The last bar before a time. Later periods without trades repeat its close. */
  async barBefore(width: BarWidth, symbol: string, beforeMs: number): Promise<Bar | undefined> {
    const parameters = { table: tableOf(width), symbol, beforeMs }
    const row = await this.#queries.oneOrNone<unknown>(sql.journal.findBarBefore, parameters)
    return row === null ? undefined : fromRow<Bar>(row)
  }

  /** The start of the first and last stored bar of each symbol; empty without any history. */
  async barEnds(width: BarWidth): Promise<{ symbol: string; firstMs: number; lastMs: number }[]> {
    const rows = await this.#queries.any<unknown>(sql.journal.findBarEnds, { table: tableOf(width) })
    return rows.map((row) => fromRow(row))
  }

  /** Removes all bars, before a first history: an earlier one may have been interrupted. */
  async clear(): Promise<void> {
    await this.#queries.none(sql.journal.clearBars)
  }

  /** Drops one-second bars older than a time, in whole hours. */
  async dropSeconds(beforeMs: number): Promise<void> {
    await this.#queries.one(sql.journal.dropBarPartitions, { beforeMs })
  }

  async #write(width: BarWidth, count: number, values: string[]): Promise<void> {
    if (width === '1m' && count >= FIRST_HISTORY_BARS_MIN) {
      const inserted = await this.#queries.none({ ...sql.journal.insertBars1m, values }).then(
        () => true,
        (cause: unknown) => {
          if (isDuplicate(cause)) return false // an interrupted first history is written again
          throw cause
        },
      )
      if (inserted) return
    }
    await this.#queries.none({ ...(width === '1s' ? sql.journal.writeBars1s : sql.journal.writeBars1m), values })
  }

  async #makePartitions(width: BarWidth, startsMs: ArrayLike<number>): Promise<void> {
    const made = this.#partitioned[width]
    const stretchMs = STRETCH_MS[width]
    for (let i = 0; i < startsMs.length; i++) {
      const stretch = Math.floor((startsMs[i] ?? 0) / stretchMs)
      if (made.has(stretch)) continue
      // One partition further than needed, so that it exists when the next hour begins.
      const bounds = { fromMs: stretch * stretchMs, toMs: (stretch + 2) * stretchMs }
      await this.#queries.one(sql.journal.makeBarPartitions, { table: tableOf(width), ...bounds })
      if (made.size >= STRETCHES_KNOWN_MAX) made.clear()
      made.add(stretch)
    }
  }
}

const isDuplicate = (cause: unknown) =>
  typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === '23505'
