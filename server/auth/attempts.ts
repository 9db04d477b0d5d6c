import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { AuthUnavailable, isLostDatabase } from './auth-unavailable.ts'

/** How many attempts a key has within a window, which begins with the first. */
export interface AttemptLimit {
  readonly max: number
  readonly windowMs: number
}

/** The operations on attempts. */
export type AttemptStore = Pick<Attempts, 'take' | 'giveBack'>

/** Attempts by key, counted in the database and therefore by all instances together. */
export class Attempts {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /**
   * Counts an attempt, before it is made: any number that arrive at once are counted one by one.
   * @returns 0, or the milliseconds until the key may try again
   * @throws {AuthUnavailable} when the database cannot be reached
   */
  async take(key: string, { max, windowMs }: AttemptLimit, nowMs = Date.now()): Promise<number> {
    const parameters = { key, max, nowMs, endsAtMs: nowMs + windowMs }
    try {
      const { attempts, endsAtMs } = await this.#queries.one<{ attempts: number; endsAtMs: bigint }>(
        sql.auth.countAttempt,
        parameters,
      )
      return attempts <= max ? 0 : Math.max(1, Number(endsAtMs) - nowMs)
    } catch (cause) {
      throw isLostDatabase(cause) ? new AuthUnavailable('attempts cannot be counted', { cause }) : cause
    }
  }

  /** Takes an attempt back, since it succeeded. A window that is over meanwhile keeps one more, which does no harm. */
  async giveBack(key: string): Promise<void> {
    await this.#queries.none(sql.auth.uncountAttempt, { key })
  }
}
