import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Scope } from '@valiant/shared/protocol/events'
import pg from 'pg'
import type { Queries } from '../database/database.ts'
import { InDoubt } from '../database/in-doubt.ts'
import { sql, type Statement } from '../database/sql.ts'
import type { Logger } from '../telemetry/logger.ts'
import { AuthUnavailable, isLostDatabase } from './auth-unavailable.ts'
import type { Removable } from './removals.ts'

export { InDoubt }

/** The credential of a program, for one account. */
export interface ApiKey {
  readonly id: string
  readonly account: number
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Wall time. */
  readonly createdAtMs: number
  /** Wall time, to within a minute; null for one that was never used. */
  readonly usedAtMs: number | null
}

export type NewApiKey = Pick<ApiKey, 'account' | 'name' | 'scopes'>

/** The operations on keys. */
export type Keys = Pick<ApiKeys, 'create' | 'ofText' | 'lives' | 'list' | 'revoke' | 'revokeAll'>

export const KEYS_PER_ACCOUNT_MAX = 20
/** A use is recorded at most this often: a program that uses REST would otherwise write a row for each request. */
const NOTE_MS = 60_000

/** `vk_`, its id, `_`, the secret. */
const KEY = /^vk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/
const KEY_ID = /^[0-9a-f]{16}$/

/**
 * The keys of programs. Only the hash of a key is kept, so that it can be shown once and never again. Every method throws
 * {AuthUnavailable} when the database cannot be reached.
 */
export class ApiKeys {
  readonly #queries: Queries
  readonly #log: Pick<Logger, 'warn'> | undefined
  #newestMs = 0

  constructor(queries: Queries, log?: Pick<Logger, 'warn'>) {
    this.#queries = queries
    this.#log = log
  }

  /**
   * @returns the key with its text; undefined if the account already has KEYS_PER_ACCOUNT_MAX keys
   * @throws {InDoubt} when the key may have been made; nobody knows its text
   */
  async create(request: NewApiKey): Promise<{ readonly key: ApiKey; readonly text: string } | undefined> {
    const wanted = { ...request, scopes: withImplied(request.scopes) }
    const nowMs = Math.max(Date.now(), this.#newestMs + 1)
    this.#newestMs = nowMs
    const id = keyIdAt(nowMs)
    const text = `vk_${id}_${randomBytes(32).toString('base64url')}`
    const parameters = { ...wanted, id, sha256: sha256(text), nowMs, max: KEYS_PER_ACCOUNT_MAX }
    const made = await this.#insert(parameters)
    return made.length === 0 ? undefined : { key: { ...wanted, id, createdAtMs: nowMs, usedAtMs: null }, text }
  }

  /** The active key with this text; malformed texts are not looked up. */
  async ofText(text: string): Promise<ApiKey | undefined> {
    const id = KEY.exec(text)?.[1]
    if (id === undefined) return undefined
    const [row] = await this.#ask<ApiKey & { readonly sha256: Buffer }>(sql.auth.findKey, { id })
    if (row === undefined) return undefined
    const { sha256: known, ...key } = row
    if (!timingSafeEqual(known, sha256(text))) return undefined
    await this.#noteUse(key)
    return { ...key, scopes: withImplied(key.scopes) }
  }

  async lives(id: string): Promise<boolean> {
    return (await this.#ask(sql.auth.findKey, { id })).length > 0
  }

  /** Active keys, newest first. */
  async list(accounts: readonly number[]): Promise<ApiKey[]> {
    const keys = await this.#ask<ApiKey>(sql.auth.listKeys, { accounts })
    return keys.map((key) => ({ ...key, scopes: withImplied(key.scopes) }))
  }

  /**
   * Revokes a key; the gateway closes its sockets.
   * @param accounts the accounts that may own it; undefined for operators, who may revoke any
   * @returns false if there is no such key
   */
  async revoke(id: string, accounts?: readonly number[]): Promise<boolean> {
    // No statement can hold some texts, such as those with a NUL: the connection would be lost.
    if (!KEY_ID.test(id)) return false
    const parameters = { id, accounts: accounts ?? null, nowMs: Date.now() }
    return (await this.#ask(sql.auth.revokeKey, parameters)).length > 0
  }

  /** Revokes all keys of a user or an account; the gateway closes their sockets. @returns the ids of those that were active */
  async revokeAll(of: Removable): Promise<string[]> {
    const parameters = { userId: null, account: null, ...of, nowMs: Date.now() }
    const revoked = await this.#ask<{ readonly id: string }>(sql.auth.revokeKeysOf, parameters)
    return revoked.map(({ id }) => id)
  }

  async #insert(parameters: object): Promise<unknown[]> {
    const sending = { hasBegun: false }
    try {
      return await this.#queries.task((t) => {
        sending.hasBegun = true
        return t.any<unknown>(sql.auth.createKey, parameters)
      })
    } catch (cause) {
      // What Postgres refuses was not done; after any other error only the answer may be lost.
      if (sending.hasBegun && !(cause instanceof pg.DatabaseError))
        throw new InDoubt('a key may have been made', { cause })
      throw unavailable(cause)
    }
  }

  /** A failure is only logged, so that keys also work with a read-only database. */
  async #noteUse({ id, usedAtMs }: ApiKey): Promise<void> {
    const nowMs = Date.now()
    if (nowMs - (usedAtMs ?? 0) <= NOTE_MS) return
    try {
      await this.#queries.any(sql.auth.noteKeyUse, { id, nowMs })
    } catch (error) {
      this.#log?.warn({ err: error, key: id }, 'the use of a key could not be recorded')
    }
  }

  async #ask<Row>(statement: Statement, parameters: object): Promise<Row[]> {
    try {
      return await this.#queries.any<Row>(statement, parameters)
    } catch (cause) {
      throw unavailable(cause)
    }
  }
}

/**
 * Ids sort by creation: 44 bits of wall time, then 20 random ones, which separate instances. Those of earlier versions are
 * random.
 */
const keyIdAt = (timeMs: number): string =>
  timeMs.toString(16).padStart(11, '0') + randomBytes(3).toString('hex').slice(1)

/** Defects stay as they are, so that they are logged. */
const unavailable = (cause: unknown): unknown =>
  isLostDatabase(cause) ? new AuthUnavailable('keys cannot be read or written', { cause }) : cause

/** `trade` includes `read`: a bot must see how its orders ended. Keys of earlier versions may have `trade` alone. */
const withImplied = (scopes: readonly Scope[]): readonly Scope[] =>
  scopes.includes('trade') ? ['read', 'trade'] : [...new Set(scopes)]

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer')
