import type { Logger } from 'pino'
import type { Broadcast } from '../../bus/broadcast.ts'
import { toFiredAlert } from '../../feed/account/alert.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { Alerts, FiredPriceAlert, Firing } from '../../journal/alerts.ts'
import type { Clock } from '../clock.ts'

/** One statement writes at most so many, so that it ends well within the role's transaction_timeout. */
const FIRINGS_A_STATEMENT_MAX = 1_000
const RETRY_MS = 500
/** A write that hangs on a dead link must not hold up the end of the process. */
const CLOSE_MS_MAX = 1_000

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
  #writing = Promise.resolve()
  #isWriting = false
  #isClosing = false

  constructor(parts: AlertFiringsParts) {
    this.#parts = parts
  }

  /** The first firing of an alert counts. */
  add(firings: readonly Firing[]): void {
    for (const firing of firings) if (!this.#waiting.has(firing.id)) this.#waiting.set(firing.id, firing)
    if (!this.#isWriting) this.#writing = this.#write()
  }

  /** Waits for what is being written, within bounds; what is lost here fires by the next trade beyond its price. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true
    await Promise.race([this.#writing, this.#pause(CLOSE_MS_MAX)])
  }

  async #write(): Promise<void> {
    const { alerts, log } = this.#parts
    this.#isWriting = true
    while (this.#waiting.size > 0) {
      const firings = [...this.#waiting.values()].slice(0, FIRINGS_A_STATEMENT_MAX)
      try {
        const fired = await alerts.fire(firings)
        for (const { id } of firings) this.#waiting.delete(id)
        for (const alert of fired) this.#tell(alert)
      } catch (error) {
        log.warn({ err: error, alerts: this.#waiting.size }, 'exchange: fired alerts could not be written')
        if (this.#isClosing) break
        await this.#pause(RETRY_MS)
      }
    }
    this.#isWriting = false
  }

  #tell(alert: FiredPriceAlert): void {
    const { broadcast, instruments } = this.#parts
    const instrument = instruments.find(({ spec }) => spec.symbol === alert.symbol)
    if (instrument !== undefined) broadcast.publishAlert(alert.account, toFiredAlert(alert, instrument))
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.clock.after(ms, resolve))
  }
}
