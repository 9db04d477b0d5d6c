import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'

/** What operators remove: a user with everything, or one account of a user. */
export type Removable = { readonly userId: string } | { readonly account: number }

/** A removal that an operator has asked for. */
export interface Removal {
  readonly id: number
  readonly of: Removable
}

/** The operations of gateways on removals. */
export type RemovalStore = Pick<Removals, 'pending' | 'done' | 'deleteUser'>

interface RemovalRow {
  readonly id: number
  readonly userId: string | null
  readonly account: number | null
}

/** What operators ask gateways to remove; each stays recorded. */
export class Removals {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** @returns the number of the removal */
  async ask(of: Removable): Promise<number> {
    const parameters = { userId: null, account: null, ...of, nowMs: Date.now() }
    return (await this.#queries.one<{ id: number }>(sql.auth.askRemoval, parameters)).id
  }

  /** Oldest first. */
  async pending(limit: number): Promise<Removal[]> {
    const rows = await this.#queries.any<RemovalRow>(sql.auth.listRemovals, { limit })
    return rows.flatMap(({ id, userId, account }): Removal[] => {
      if (userId !== null) return [{ id, of: { userId } }]
      return account === null ? [] : [{ id, of: { account } }]
    })
  }

  /** @returns whether no other instance was first */
  async done(id: number): Promise<boolean> {
    return (await this.#queries.any(sql.auth.endRemoval, { id, nowMs: Date.now() })).length > 0
  }

  async isDone(id: number): Promise<boolean> {
    return (await this.#queries.one<{ isDone: boolean }>(sql.auth.findRemoval, { id })).isDone
  }

  /** Deletes a user, with sessions and preferences. @returns the ids of the sessions */
  async deleteUser(userId: string): Promise<string[]> {
    const ended = await this.#queries.any<{ id: string }>(sql.auth.deleteUser, { id: userId })
    return ended.map(({ id }) => id)
  }
}
