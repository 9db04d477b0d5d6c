import type { Logger } from 'pino'
import type { Alerts } from '../journal/alerts.ts'
import type { Bars } from '../journal/bars.ts'
import type { History } from '../journal/history.ts'
import type { Clock } from './clock.ts'

const HOUR_MS = 3_600_000
/** Bars of a second, and the ids of requests that are no orders, are kept for a day. */
const KEPT_MS = 24 * HOUR_MS

/** Drops, an hour at a time, what need not be kept; the leader does it, beside the journal. */
export class Housekeeping implements Disposable {
  readonly #alerts: Alerts
  readonly #bars: Bars
  readonly #history: History
  readonly #clock: Clock
  readonly #log: Logger
  #cancel: () => void

  constructor(parts: { alerts: Alerts; bars: Bars; history: History; clock: Clock; log: Logger }) {
    this.#alerts = parts.alerts
    this.#bars = parts.bars
    this.#history = parts.history
    this.#clock = parts.clock
    this.#log = parts.log
    this.#cancel = this.#clock.after(HOUR_MS, () => void this.#tidy())
  }

  [Symbol.dispose](): void {
    this.#cancel()
  }

  async #tidy(): Promise<void> {
    this.#cancel = this.#clock.after(HOUR_MS, () => void this.#tidy())
    const beforeMs = this.#clock.now() - KEPT_MS
    try {
      await this.#bars.dropSeconds(beforeMs)
      await this.#history.forgetRequests(beforeMs)
      await this.#alerts.forget(this.#clock.now())
    } catch (error) {
      this.#log.warn({ err: error }, 'exchange: what is old could not be dropped; again in an hour')
    }
  }
}
