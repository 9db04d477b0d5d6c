import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'

/** The operations on guests. */
export type GuestStore = Pick<Guests, 'absent' | 'delete'>

/** Guests who have not come back. */
export class Guests {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** Ids of guests whose sessions and keys were last used before a time, the oldest first. */
  async absent(sinceMs: number, limit: number): Promise<string[]> {
    const guests = await this.#queries.any<{ id: string }>(sql.auth.listAbsentGuests, { sinceMs, limit })
    return guests.map(({ id }) => id)
  }

  /** Deletes a guest, with sessions and preferences; not a permanent user. */
  async delete(id: string): Promise<void> {
    await this.#queries.none(sql.auth.deleteGuest, { id })
  }
}
