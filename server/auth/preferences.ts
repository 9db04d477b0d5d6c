import { hash } from 'node:crypto'
import type { Preferences as Kept } from '@valiant/shared/protocol/preferences'
import type { Queries } from '../database/database.ts'
import { InDoubt } from '../database/in-doubt.ts'
import { sql } from '../database/sql.ts'

export { InDoubt }

/** A preference to set; null removes the key. */
export interface NewPreference {
  readonly userId: string
  readonly key: string
  readonly value: unknown
  readonly requestId: string | undefined
}

/**
 * `repeated`: done before under the same id. `other`: the id was used for another request. `full`: the user has too many
 * keys. `large`: the values would be too large together.
 */
export type SetOutcome = 'set' | 'repeated' | 'other' | 'full' | 'large'

/** What a user may store. */
export interface PreferenceLimits {
  readonly keysMax: number
  /** Of all values together, as JSON in UTF-8. */
  readonly bytesMax: number
}

/** The share of the bytes that a guest may have, since anyone can be as many guests as they like. */
const SHARE_OF_A_GUEST = 1 / 4
export const guestBytesMax = ({ bytesMax }: PreferenceLimits): number => Math.floor(bytesMax * SHARE_OF_A_GUEST)

interface Stored {
  readonly otherKeys: number
  readonly bytes: number
  readonly bytesBefore: number
}

/** The operations on preferences. */
export type PreferenceStore = Pick<Preferences, 'read' | 'set' | 'hasRequest' | 'move'>

/** A user's requests are remembered for this long, at most this many. */
const REMEMBERED_MS = 86_400_000
const REMEMBERED_MAX = 1_000

/** Preferences belong to users, including guests, not to their trading accounts. */
export class Preferences {
  readonly #queries: Queries
  readonly #limits: PreferenceLimits

  constructor(queries: Queries, limits: PreferenceLimits) {
    this.#queries = queries
    this.#limits = limits
  }

  /** @param keys all by default */
  async read(userId: string, keys?: readonly string[]): Promise<Kept> {
    const rows = await this.#queries.any<{ key: string; value: unknown }>(sql.auth.listPreferences, {
      userId,
      keys: keys ?? null,
    })
    return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
  }

  /** Whether a request with this id has set a preference of the user. */
  async hasRequest(userId: string, requestId: string): Promise<boolean> {
    return (await this.#queries.oneOrNone(sql.auth.findPreferenceRequest, { userId, requestId })) !== null
  }

  /** @throws {InDoubt} when it may have been set; after any other error it was not */
  async set({ userId, key, value, requestId }: NewPreference): Promise<SetOutcome> {
    const nowMs = Date.now()
    const text = JSON.stringify(value)
    const sha256 = hash('sha256', JSON.stringify([key, text]), 'buffer')
    const progress = { isDone: false }
    try {
      return await this.#queries.tx(async (t): Promise<SetOutcome> => {
        const user = await t.oneOrNone<{ isGuest: boolean }>(sql.auth.lockPreferences, { userId })
        if (requestId !== undefined) {
          const known = await t.oneOrNone<{ sha256: Buffer }>(sql.auth.findPreferenceRequest, { userId, requestId })
          if (known !== null) return known.sha256.equals(sha256) ? 'repeated' : 'other'
        }
        if (value === null) await t.none(sql.auth.removePreference, { userId, key })
        else {
          const stored = await t.one<Stored>(sql.auth.measurePreferences, { userId, key })
          const refusal = this.#refusalOf({ stored, isGuest: user?.isGuest === true, bytes: Buffer.byteLength(text) })
          if (refusal !== undefined) return refusal
          await t.none(sql.auth.setPreference, { userId, key, value: text, nowMs })
        }
        if (requestId !== undefined) {
          const bounds = { beforeMs: nowMs - REMEMBERED_MS, max: REMEMBERED_MAX }
          await t.none(sql.auth.notePreferenceRequest, { userId, requestId, sha256, nowMs, ...bounds })
        }
        progress.isDone = true
        return 'set'
      })
    } catch (cause) {
      if (progress.isDone) throw new InDoubt('a preference may have been set', { cause })
      throw cause
    }
  }

  /** Gives a guest's preferences to the user that the guest has become; the user's own take precedence. */
  async move(users: { readonly fromUserId: string; readonly toUserId: string }): Promise<void> {
    await this.#queries.tx(async (t) => {
      await t.any(sql.auth.lockPreferences, { userId: users.toUserId })
      await t.none(sql.auth.movePreferences, { ...users, ...this.#limits })
    })
  }

  /** Why a value of so many bytes does not fit; one that replaces a larger one always does. */
  #refusalOf({ stored, isGuest, bytes }: { stored: Stored; isGuest: boolean; bytes: number }) {
    if (stored.otherKeys >= this.#limits.keysMax) return 'full'
    const bytesMax = isGuest ? guestBytesMax(this.#limits) : this.#limits.bytesMax
    const growth = bytes - stored.bytesBefore
    return growth > 0 && stored.bytes + growth > bytesMax ? 'large' : undefined
  }
}
