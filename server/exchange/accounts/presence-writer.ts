import type { Logger } from 'pino'
import type { AccountNumber } from '../../engine/command.ts'
import type { CancelOnDisconnects } from '../../journal/cancel-on-disconnect.ts'
import type { Clock } from '../clock.ts'
import { RetriedWrite } from '../retried-write.ts'

/** Stores which accounts have cancel-on-disconnect, for the next leader. */
export class PresenceWriter implements AsyncDisposable {
  /**
   * The grace period of each changed account; undefined once its orders have been canceled. Only the last change
   * counts.
   */
  readonly #waiting = new Map<AccountNumber, number | undefined>()
  readonly #writes: RetriedWrite

  constructor({ settings, clock, log }: { settings: CancelOnDisconnects; clock: Clock; log: Pick<Logger, 'warn'> }) {
    this.#writes = new RetriedWrite({
      clock,
      hasMore: () => this.#waiting.size > 0,
      write: async () => {
        const changes = [...this.#waiting]
        await settings.set(changes.flatMap(([account, graceMs]) => (graceMs === undefined ? [] : { account, graceMs })))
        await settings.clear(changes.flatMap(([account, graceMs]) => (graceMs === undefined ? account : [])))
        for (const [account, graceMs] of changes) {
          if (this.#waiting.get(account) === graceMs) this.#waiting.delete(account)
        }
      },
      failed: (error) =>
        log.warn(
          { err: error, accounts: this.#waiting.size },
          'exchange: could not save cancel-on-disconnect settings',
        ),
    })
  }

  set(account: AccountNumber, graceMs: number): void {
    this.#waiting.set(account, graceMs)
    this.#writes.wake()
  }

  clear(account: AccountNumber): void {
    this.#waiting.set(account, undefined)
    this.#writes.wake()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writes[Symbol.asyncDispose]()
  }
}
