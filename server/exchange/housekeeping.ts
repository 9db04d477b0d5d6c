import type { Logger } from 'pino'
import type { Alerts } from '../journal/alerts.ts'
import type { Bars } from '../journal/bars.ts'
import type { History } from '../journal/history.ts'
import type { News } from '../journal/news.ts'
import type { Clock } from './clock.ts'

const HOUR_MS = 3_600_000
/** Bars of a second, and the ids of requests that are no orders, are kept for a day. */
const KEPT_MS = 24 * HOUR_MS
const NEWS_KEPT_MS = 90 * 24 * HOUR_MS

/** Drops, an hour at a time, what need not be kept; the leader does it, beside the journal. */
export class Housekeeping implements Disposable {
  readonly #alerts: Alerts
  readonly #bars: Bars
  readonly #history: History
  readonly #news: News
  readonly #clock: Clock
  readonly #log: Logger
  #cancel: () => void

  constructor(parts: { alerts: Alerts; bars: Bars; history: History; news: News; clock: Clock; log: Logger }) {
    this.#alerts = parts.alerts
    this.#bars = parts.bars
    this.#history = parts.history
    this.#news = parts.news
    this.#clock = parts.clock
    this.#log = parts.log
    this.#cancel = this.#clock.after(HOUR_MS, () => void this.#tidy())
  }

  [Symbol.dispose](): void {
    this.#cancel()
  }

  async #tidy(): Promise<void> {
    this.#cancel = this.#clock.after(HOUR_MS, () => void this.#tidy())
    const nowMs = this.#clock.now()
    try {
      await this.#bars.dropSeconds(nowMs - KEPT_MS)
      await this.#history.forgetRequests(nowMs - KEPT_MS)
      await this.#alerts.forget(nowMs)
      await this.#news.forget(nowMs - NEWS_KEPT_MS)
    } catch (error) {
      this.#log.warn({ err: error }, 'exchange: what is old could not be dropped; again in an hour')
    }
  }
}
