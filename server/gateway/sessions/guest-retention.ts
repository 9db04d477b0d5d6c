import type { GuestStore } from '../../auth/guests.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { UserRemoval } from './user-removal.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** So that a run never takes long: an instance removes up to 12,000 guests a day. */
const REMOVED_AT_ONCE_MAX = 500

interface GuestRetentionParts {
  readonly guests: GuestStore
  readonly removal: Pick<UserRemoval, 'closeAccounts'>
  /** Days after which a guest who has not come back is removed. */
  readonly days: number
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/**
 * Every hour, removes guests who have not come back: closes their accounts, which would otherwise stay in the leader's
 * memory forever, and deletes their users. Every gateway does it, each at another minute, and what one has removed the
 * others no longer find.
 */
export class GuestRetention implements Disposable {
  readonly #parts: GuestRetentionParts
  #isOver = false
  #timer: NodeJS.Timeout

  /** @param firstInMs when the first run begins */
  constructor(parts: GuestRetentionParts, firstInMs = Math.random() * HOUR_MS) {
    this.#parts = parts
    this.#timer = setTimeout(() => void this.#run(), firstInMs)
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  async #run(): Promise<void> {
    const { guests, removal, days, log } = this.#parts
    let removed = 0
    try {
      for (const id of await guests.absent(Date.now() - days * DAY_MS, REMOVED_AT_ONCE_MAX)) {
        if (this.#isOver) return
        await removal.closeAccounts(id)
        await guests.delete(id)
        removed++
      }
    } catch (error) {
      log.warn({ err: error }, 'guests: absent guests could not be removed; trying again in an hour')
    }
    if (removed > 0) log.info({ removed }, 'guests: removed guests who have not come back')
    if (!this.#isOver) this.#timer = setTimeout(() => void this.#run(), HOUR_MS)
  }
}
