import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { fromRow } from './rows.ts'

/** A scenario that an operator plays on an instrument. */
interface PlayedScenario {
  readonly symbol: string
  /** The simulator's name for it; a later version may have more of them. */
  readonly name: string
  /** Market time. */
  readonly fromMs: number
}

/** The scenarios that operators play; the latest of each instrument. */
export class ScenarioRuns {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** At most one per instrument; finished ones may still be listed. */
  async list(): Promise<readonly PlayedScenario[]> {
    return (await this.#queries.any(sql.journal.listScenarioRuns)).map(fromRow<PlayedScenario>)
  }

  /**
   * Replaces the scenario that these instruments have.
   * @param fromMs market time; undefined for now, by the database's clock
   * @returns the new run of each listed instrument
   */
  async play(symbols: readonly string[], name: string, fromMs: number | undefined): Promise<readonly PlayedScenario[]> {
    const rows = await this.#queries.any(sql.journal.playScenario, { symbols, name, fromMs: fromMs ?? null })
    return rows.map(fromRow<PlayedScenario>)
  }

  /** @returns the symbols whose scenario was ended */
  async end(symbols: readonly string[]): Promise<readonly string[]> {
    const rows = await this.#queries.any<{ symbol: string }>(sql.journal.endScenarios, { symbols })
    return rows.map(({ symbol }) => symbol)
  }
}
