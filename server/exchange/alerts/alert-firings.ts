import type { Logger } from 'pino'
import type { Broadcast } from '../../bus/broadcast.ts'
import { toFiredAlert } from '../../feed/account/alert.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { Alerts, FiredPriceAlert, Firing } from '../../journal/alerts.ts'
import type { Clock } from '../clock.ts'
import { RetriedWrite } from '../retried-write.ts'

/** One statement writes at most so many, so that it ends well within the role's transaction_timeout. */
const FIRINGS_A_STATEMENT_MAX = 1_000

export interface AlertFiringsParts {
  readonly alerts: Pick<Alerts, 'fire'>
  readonly broadcast: Pick<Broadcast<MarketFrame>, 'publishAlert'>
  readonly instruments: readonly ListedInstrument[]
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
}

/**
 * What has fired, on its way: first it is written, then told. It outlives the stretches of leading, so that what fired just
 * before the database went away is written when it is back. No more can wait than there are alerts.
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

  /** The first firing of an alert counts. */
  add(firings: readonly Firing[]): void {
    for (const firing of firings) if (!this.#waiting.has(firing.id)) this.#waiting.set(firing.id, firing)
    this.#writes.wake()
  }

  /** Waits for what is being written, within bounds; what is lost here fires by the next trade beyond its price. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writes[Symbol.asyncDispose]()
  }

  async #write(): Promise<void> {
    const firings = [...this.#waiting.values()].slice(0, FIRINGS_A_STATEMENT_MAX)
    const fired = await this.#parts.alerts.fire(firings)
    for (const { id } of firings) this.#waiting.delete(id)
    for (const alert of fired) this.#tell(alert)
  }

  #tell(alert: FiredPriceAlert): void {
    const { broadcast, instruments } = this.#parts
    const instrument = instruments.find(({ spec }) => spec.symbol === alert.symbol)
    if (instrument !== undefined) broadcast.publishAlert(alert.account, toFiredAlert(alert, instrument))
  }
}
