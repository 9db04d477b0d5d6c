import type { Logger } from 'pino'
import type { Alerts } from '../journal/alerts.ts'
import type { Bars } from '../journal/bars.ts'
import type { EquityCurves } from '../journal/equity.ts'
import type { History } from '../journal/history.ts'
import type { News } from '../journal/news.ts'
import type { Clock } from './clock.ts'

const HOUR_MS = 3_600_000
/** Retention of one-second bars, and of request ids that do not belong to orders. */
const KEPT_MS = 24 * HOUR_MS
const NEWS_KEPT_MS = 90 * 24 * HOUR_MS

interface HousekeepingParts {
  readonly alerts: Pick<Alerts, 'forget'>
  readonly bars: Pick<Bars, 'dropSeconds'>
  readonly curves: Pick<EquityCurves, 'thin'>
  readonly history: Pick<History, 'forgetRequests'>
  readonly news: Pick<News, 'forget'>
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
  /** Whether this process leads. */
  readonly isOurs: () => boolean
}

/**
 * Removes data past its retention, every hour. The leader does it, outside the journal. The hours are counted per
 * process: a market that recovers now and then would otherwise restart them forever.
 */
export class Housekeeping implements Disposable {
  readonly #parts: HousekeepingParts
  #isOver = false
  #cancel: () => void

  constructor(parts: HousekeepingParts) {
    this.#parts = parts
    this.#cancel = this.#later()
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#cancel()
  }

  #later(): () => void {
    return this.#parts.clock.after(HOUR_MS, () => void this.#tidy())
  }

  /** Runs one chore after another, even if some fail. The next hour begins afterward. */
  async #tidy(): Promise<void> {
    const { clock, log, isOurs } = this.#parts
    for (const { what, drop } of this.#chores(clock.now())) {
      if (this.#isOver) return
      if (!isOurs()) break
      try {
        await drop()
      } catch (error) {
        log.warn({ err: error }, `exchange: ${what} could not be removed; retrying in an hour`)
      }
    }
    if (!this.#isOver) this.#cancel = this.#later()
  }

  #chores(nowMs: number): readonly { readonly what: string; readonly drop: () => Promise<void> }[] {
    const { alerts, bars, curves, history, news } = this.#parts
    return [
      { what: 'old one-second bars', drop: () => bars.dropSeconds(nowMs - KEPT_MS) },
      { what: 'ids of old requests', drop: () => history.forgetRequests(nowMs - KEPT_MS) },
      { what: 'old alerts', drop: () => alerts.forget(nowMs) },
      { what: 'old news', drop: () => news.forget(nowMs - NEWS_KEPT_MS) },
      { what: 'old equity samples', drop: () => curves.thin(nowMs) },
    ]
  }
}
