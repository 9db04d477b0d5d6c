import type { Logger } from 'pino'
import type { Broadcast } from '../../bus/broadcast.ts'
import { toFiredAlert } from '../../feed/account/alert.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { Alerts, FiredPriceAlert, Firing } from '../../journal/alerts.ts'
import type { Clock } from '../clock.ts'
import { RetriedWrite } from '../retried-write.ts'

/** At most this many firings per statement, so that each ends well within the role's transaction_timeout. */
const FIRINGS_A_STATEMENT_MAX = 1_000

interface AlertFiringsParts {
  readonly alerts: Pick<Alerts, 'fire'>
  readonly broadcast: Pick<Broadcast<MarketFrame>, 'publishAlert'>
  readonly instruments: readonly ListedInstrument[]
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
}

/**
 * Fired alerts: each is first written, then published. It outlives the terms of leading, so that alerts that fire just
 * before the database becomes unavailable are written afterward. It is bounded by the number of alerts.
 */
export class AlertFirings implements AsyncDisposable {
  readonly #parts: AlertFiringsParts
  readonly #waiting = new Map<number, Firing>()
  readonly #writes: RetriedWrite

  constructor(parts: AlertFiringsParts) {
    this.#parts = parts
    this.#writes = new RetriedWrite({
      clock: parts.clock,
      hasMore: () => this.#waiting.size > 0,
      write: () => this.#write(),
      failed: (error) =>
        parts.log.warn({ err: error, alerts: this.#waiting.size }, 'exchange: fired alerts could not be written'),
    })
  }

  /** Only the first firing of an alert counts. */
  add(firings: readonly Firing[]): void {
    for (const firing of firings) if (!this.#waiting.has(firing.id)) this.#waiting.set(firing.id, firing)
    this.#writes.wake()
  }

  /** Waits a limited time for the current write. A firing lost here is repeated by the next trade beyond its price. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writes[Symbol.asyncDispose]()
  }

  async #write(): Promise<void> {
    const firings = [...this.#waiting.values()].slice(0, FIRINGS_A_STATEMENT_MAX)
    const fired = await this.#parts.alerts.fire(firings)
    for (const { id } of firings) this.#waiting.delete(id)
    for (const alert of fired) this.#publish(alert)
  }

  #publish(alert: FiredPriceAlert): void {
    const { broadcast, instruments } = this.#parts
    const instrument = instruments.find(({ spec }) => spec.symbol === alert.symbol)
    if (instrument !== undefined) broadcast.publishAlert(alert.account, toFiredAlert(alert, instrument))
  }
}
