import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Scope } from '@valiant/shared/protocol/events'
import type { Queries } from '../database/database.ts'
import { sql, type Statement } from '../database/sql.ts'
import { AuthUnavailable } from './auth-unavailable.ts'

/** What a program acts by, for one account. */
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

/** All that is done with keys. */
export type Keys = Pick<ApiKeys, 'create' | 'ofText' | 'lives' | 'list' | 'revoke'>

export const KEYS_PER_ACCOUNT_MAX = 20
/** A use is noted at most so often: a program that asks by REST would write a row for each request. */
const NOTE_MS = 60_000

/** `vk_`, its id, `_`, the secret. */
const KEY = /^vk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/

/**
 * The keys of programs. Of a key only the hash is kept, so that it can be shown once and never again. Every method throws
 * {AuthUnavailable} when the database does not answer.
 */
export class ApiKeys {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** @returns the key with its text; undefined where the account has as many as it may have */
  async create(wished: NewApiKey): Promise<{ readonly key: ApiKey; readonly text: string } | undefined> {
    const id = randomBytes(8).toString('hex')
    const text = `vk_${id}_${randomBytes(32).toString('base64url')}`
    const nowMs = Date.now()
    const parameters = { ...wished, id, sha256: sha256(text), nowMs, max: KEYS_PER_ACCOUNT_MAX }
    const made = await this.#ask(sql.auth.createKey, parameters)
    return made.length === 0 ? undefined : { key: { ...wished, id, createdAtMs: nowMs, usedAtMs: null }, text }
  }

  /** The key of this text, while it lives; what is no key is not even looked up. */
  async ofText(text: string): Promise<ApiKey | undefined> {
    const id = KEY.exec(text)?.[1]
    if (id === undefined) return undefined
    const [row] = await this.#ask<ApiKey & { readonly sha256: Buffer }>(sql.auth.findKey, { id })
    if (row === undefined) return undefined
    const { sha256: known, ...key } = row
    if (!timingSafeEqual(known, sha256(text))) return undefined
    const nowMs = Date.now()
    if (nowMs - (key.usedAtMs ?? 0) > NOTE_MS) await this.#ask(sql.auth.noteKeyUse, { id, nowMs })
    return key
  }

  async lives(id: string): Promise<boolean> {
    return (await this.#ask(sql.auth.findKey, { id })).length > 0
  }

  /** Those that live, newest first. */
  async list(accounts: readonly number[]): Promise<ApiKey[]> {
    return this.#ask(sql.auth.listKeys, { accounts })
  }

  /**
   * Ends a key; its sockets are the gateway's to close.
   * @param accounts whose it must be; undefined for an operator, whose word goes for all
   * @returns false where there is none such
   */
  async revoke(id: string, accounts?: readonly number[]): Promise<boolean> {
    const parameters = { id, accounts: accounts ?? null, nowMs: Date.now() }
    return (await this.#ask(sql.auth.revokeKey, parameters)).length > 0
  }

  async #ask<Row>(statement: Statement, parameters: object): Promise<Row[]> {
    try {
      return await this.#queries.any<Row>(statement, parameters)
    } catch (cause) {
      throw new AuthUnavailable('the keys cannot be read or written', { cause })
    }
  }
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer')
