import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import { alertNumber, toFiredAlert } from '../../feed/account/alert.ts'
import type { AlertStore } from '../../journal/alerts.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { RetriedTask } from './retried-task.ts'
import type { InstrumentOf } from '../requests/history.ts'
import type { Sockets } from '../sockets.ts'

/** Sockets that connect within this time share one query. */
const GATHER_MS = 50
const RETRY_MS = 1_000
const ACCOUNTS_MAX = 1_000
/** How many recently sent alerts are remembered, so that none is sent again before it is noted as sent. */
const TOLD_MAX = 10_000

export interface AlertTellerParts {
  readonly alerts: Pick<AlertStore, 'untold' | 'noteTold'>
  readonly instrumentOf: InstrumentOf
  readonly sockets: Pick<Sockets, 'sendAlert' | 'accounts'>
  readonly logger: Logger
}

/**
 * Sends fired alerts to the sockets of their accounts and notes that they were sent. An alert without a socket waits for the
 * next one that connects. Each instance sends an alert once; if the process dies before the note, the next socket gets it
 * again.
 */
export class AlertNotifier implements Disposable {
  readonly #parts: AlertTellerParts
  readonly #told = new Set<string>()
  readonly #unnoted = new Set<number>()
  readonly #asked = new Set<number>()
  readonly #bringing: RetriedTask
  readonly #noting: RetriedTask
  #gathering: NodeJS.Timeout | undefined

  constructor(parts: AlertTellerParts) {
    this.#parts = parts
    const log = parts.logger
    this.#bringing = new RetriedTask({
      ...{ failure: 'which alerts have fired could not be read', retryMs: RETRY_MS, log },
      attempt: () => this.#bring(),
    })
    this.#noting = new RetriedTask({
      ...{ failure: 'which alerts were told could not be noted', retryMs: RETRY_MS, log },
      attempt: () => this.#note(),
    })
  }

  /** The leader reports that an alert has fired. */
  fired(account: number, alert: FiredAlert): void {
    const number = alertNumber(alert.alertId)
    if (number === undefined || this.#told.has(alert.alertId)) return
    if (!this.#parts.sockets.sendAlert(account, alert)) return
    this.#remember(alert.alertId)
    this.#unnoted.add(number)
    this.#noting.ask()
  }

  /** A socket of the account has connected: it gets the alerts that fired while there was none. */
  joined(account: number): void {
    this.#asked.add(account)
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      this.#bringing.ask()
    }, GATHER_MS)
  }

  /** Reports of the leader may have been missed: checks all accounts that have sockets here. */
  missed(): void {
    for (const account of this.#parts.sockets.accounts()) this.#asked.add(account)
    this.#bringing.ask()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#gathering)
    this.#bringing[Symbol.dispose]()
    this.#noting[Symbol.dispose]()
  }

  async #bring(): Promise<boolean> {
    const { alerts, instrumentOf } = this.#parts
    const accounts = [...this.#asked].slice(0, ACCOUNTS_MAX)
    if (accounts.length === 0) return true
    // Cleared before reading: accounts added meanwhile are read again, since this reading may miss their newest alerts.
    for (const account of accounts) this.#asked.delete(account)
    try {
      for (const alert of await alerts.untold(accounts)) {
        const instrument = instrumentOf(alert.symbol)
        if (instrument !== undefined) this.fired(alert.account, toFiredAlert(alert, instrument))
      }
    } catch (error) {
      for (const account of accounts) this.#asked.add(account)
      throw error
    }
    // Those past a page; who has just come waits for others, as ever.
    if (this.#asked.size > 0 && this.#gathering === undefined) this.#bringing.ask()
    return true
  }

  async #note(): Promise<boolean> {
    const ids = [...this.#unnoted]
    await this.#parts.alerts.noteTold(ids)
    for (const id of ids) this.#unnoted.delete(id)
    return true
  }

  #remember(alertId: string): void {
    this.#told.add(alertId)
    const [oldest] = this.#told
    if (this.#told.size > TOLD_MAX && oldest !== undefined) this.#told.delete(oldest)
  }
}
