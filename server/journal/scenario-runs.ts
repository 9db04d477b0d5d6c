import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { fromRow } from './rows.ts'

/** A scenario that an operator plays on an instrument. */
export interface PlayedScenario {
  readonly symbol: string
  /** As the simulator calls it; a later version may know more of them. */
  readonly name: string
  /** Market time. */
  readonly fromMs: number
}

/** What an operator plays on instruments, the newest of each. */
export class ScenarioRuns {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** One an instrument at most; what is over may stand in it. */
  async list(): Promise<readonly PlayedScenario[]> {
    return (await this.#queries.any(sql.journal.listScenarioRuns)).map(fromRow<PlayedScenario>)
  }

  /**
   * In place of what is played there.
   * @param fromMs market time; undefined for now, by the database's clock
   * @returns the run of each that is listed
   */
  async play(symbols: readonly string[], name: string, fromMs: number | undefined): Promise<readonly PlayedScenario[]> {
    const rows = await this.#queries.any(sql.journal.playScenario, { symbols, name, fromMs: fromMs ?? null })
    return rows.map(fromRow<PlayedScenario>)
  }

  /** @returns the symbols of which something was ended */
  async end(symbols: readonly string[]): Promise<readonly string[]> {
    const rows = await this.#queries.any<{ symbol: string }>(sql.journal.endScenarios, { symbols })
    return rows.map(({ symbol }) => symbol)
  }
}
