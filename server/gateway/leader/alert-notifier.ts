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
const SENT_MAX = 10_000

interface AlertNotifierParts {
  readonly alerts: Pick<AlertStore, 'unsent' | 'markSent'>
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
  readonly #parts: AlertNotifierParts
  readonly #sent = new Set<string>()
  readonly #unmarked = new Set<number>()
  readonly #accountsToRead = new Set<number>()
  readonly #reading: RetriedTask
  readonly #marking: RetriedTask
  #gatherTimer: NodeJS.Timeout | undefined

  constructor(parts: AlertNotifierParts) {
    this.#parts = parts
    const log = parts.logger
    this.#reading = new RetriedTask({
      ...{ failure: 'fired alerts could not be read', retryMs: RETRY_MS, log },
      attempt: () => this.#readUnsent(),
    })
    this.#marking = new RetriedTask({
      ...{ failure: 'sent alerts could not be marked', retryMs: RETRY_MS, log },
      attempt: () => this.#markSent(),
    })
  }

  /** The leader reports that an alert has fired. */
  fired(account: number, alert: FiredAlert): void {
    const number = alertNumber(alert.alertId)
    if (number === undefined || this.#sent.has(alert.alertId)) return
    if (!this.#parts.sockets.sendAlert(account, alert)) return
    this.#remember(alert.alertId)
    this.#unmarked.add(number)
    this.#marking.ask()
  }

  /** A socket of the account has connected: it gets the alerts that fired while there was none. */
  joined(account: number): void {
    this.#accountsToRead.add(account)
    this.#gatherTimer ??= setTimeout(() => {
      this.#gatherTimer = undefined
      this.#reading.ask()
    }, GATHER_MS)
  }

  /** Reports of the leader may have been missed: checks all accounts that have sockets here. */
  missed(): void {
    for (const account of this.#parts.sockets.accounts()) this.#accountsToRead.add(account)
    this.#reading.ask()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#gatherTimer)
    this.#reading[Symbol.dispose]()
    this.#marking[Symbol.dispose]()
  }

  async #readUnsent(): Promise<boolean> {
    const { alerts, instrumentOf } = this.#parts
    const accounts = [...this.#accountsToRead].slice(0, ACCOUNTS_MAX)
    if (accounts.length === 0) return true
    // Cleared before reading: accounts added meanwhile are read again, since this reading may miss their newest alerts.
    for (const account of accounts) this.#accountsToRead.delete(account)
    try {
      for (const alert of await alerts.unsent(accounts)) {
        const instrument = instrumentOf(alert.symbol)
        if (instrument !== undefined) this.fired(alert.account, toFiredAlert(alert, instrument))
      }
    } catch (error) {
      for (const account of accounts) this.#accountsToRead.add(account)
      throw error
    }
    // Accounts past the page limit continue at once, unless a new socket has already scheduled the next query.
    if (this.#accountsToRead.size > 0 && this.#gatherTimer === undefined) this.#reading.ask()
    return true
  }

  async #markSent(): Promise<boolean> {
    const ids = [...this.#unmarked]
    await this.#parts.alerts.markSent(ids)
    for (const id of ids) this.#unmarked.delete(id)
    return true
  }

  #remember(alertId: string): void {
    this.#sent.add(alertId)
    const [oldest] = this.#sent
    if (this.#sent.size > SENT_MAX && oldest !== undefined) this.#sent.delete(oldest)
  }
}
