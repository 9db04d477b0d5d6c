import type { OrderRate } from '@valiant/shared/protocol/account-rates'
import type { Logger } from 'pino'
import type { Broadcast } from '../bus/broadcast.ts'
import type { CommandBus } from '../bus/commands.ts'
import type { Database } from '../database/database.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import type { ListedInstrument } from '../instruments.ts'
import { Alerts } from '../journal/alerts.ts'
import { Bars } from '../journal/bars.ts'
import { EquityCurves } from '../journal/equity.ts'
import { History } from '../journal/history.ts'
import { Fenced, Journal } from '../journal/journal.ts'
import { News } from '../journal/news.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { Stopwatch } from '../telemetry/stopwatch.ts'
import { AlertFirings } from './alerts/alert-firings.ts'
import type { Clock } from './clock.ts'
import { AccountRates } from './commands/account-rates.ts'
import { Housekeeping } from './housekeeping.ts'
import { Defects } from './leading/defects.ts'
import { Departure } from './leading/departure.ts'
import { FaultLog } from './leading/fault-log.ts'
import { Leadership, type LeadershipParts, type LeadershipStart } from './leading/leadership.ts'
import { acquireLease, type Lease } from './leading/lease.ts'
import { Standby } from './leading/standby.ts'
import { MarketPublisher } from './market/market-publisher.ts'
import { NewsWriter } from './news/news-writer.ts'
import { showReadings } from './readings.ts'

export { MarketGivenUp } from './leading/defects.ts'

interface ExchangeOptions {
  readonly database: Database
  readonly bus: CommandBus
  readonly broadcast: Broadcast<MarketFrame>
  readonly instruments: readonly ListedInstrument[]
  readonly clock: Clock
  readonly log: Logger
  readonly metrics?: Metrics
  /** Identifies this process in the lease. */
  readonly holder: string
  /** The address stored in the lease, for people. */
  readonly address?: string
  /** The seed of a new market. */
  readonly seed: number
  /** Days of generated history of a new market. */
  readonly historyDays: number
  /** Activity of simulated quotes: at 1, about 77 events a second per instrument. */
  readonly liveness: number
  readonly rates: OrderRate
  readonly maxOpenOrdersPerInstrument: number
}

/**
 * The exchange, the single writer. It competes for the lease with other processes and follows their journal meanwhile; as
 * long as it holds the lease, it leads the market (`Leadership`).
 */
export class Exchange implements AsyncDisposable {
  readonly #options: ExchangeOptions
  readonly #metrics: Metrics
  readonly #parts: LeadershipParts
  readonly #departure: Departure
  readonly #housekeeping: Housekeeping
  readonly #running: Promise<void>
  readonly #leading = Promise.withResolvers<undefined>()
  /** The last batch that the database acknowledged in an earlier leadership. */
  #acknowledged = 0
  /** Set while this process holds the lease. */
  #leadership: Leadership | undefined
  /** Set while another process leads. */
  #standby: Standby | undefined

  private constructor(options: ExchangeOptions) {
    this.#options = options
    this.#metrics = options.metrics ?? new Metrics()
    this.#departure = new Departure(options.log)
    this.#parts = this.#openParts()
    const { alerts, bars, history, news } = this.#parts
    this.#housekeeping = new Housekeeping({
      ...{ alerts, bars, history, news, clock: options.clock, log: options.log },
      curves: new EquityCurves(options.database.queries),
      isOurs: () => this.#leadership !== undefined,
    })
    const forget = this.#showReadings()
    this.#running = this.#run().finally(forget)
    // Failures are reported by `leading` or `ended`.
    this.#running.catch((error: unknown) => this.#leading.reject(error))
    // A caller may only wait for `ended`, so a rejection of `leading` may go unhandled.
    this.#leading.promise.catch(() => undefined)
  }

  /** Starts the loop; `leading` resolves when it takes commands. */
  static start(options: ExchangeOptions): Exchange {
    return new Exchange(options)
  }

  /** Resolves when this process leads for the first time; rejects if the loop ends with an error before. */
  get leading(): Promise<unknown> {
    return this.#leading.promise
  }

  /** Resolves when the loop has stopped; rejects if it ends with an error. */
  get ended(): Promise<void> {
    return this.#running
  }

  /** Commits what has been applied, releases the lease and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { alertFirings, newsWriter } = this.#parts
    this.#housekeeping[Symbol.dispose]()
    this.#departure.stop()
    await this.#running.catch(() => undefined) // reported by `ended`
    await Promise.all([alertFirings[Symbol.asyncDispose](), newsWriter[Symbol.asyncDispose]()])
  }

  /**
   * Called before this process leaves. If there is a standby, it continues at once from the last batch and reads again
   * what is not in it; this process then no longer leads and waits for nothing.
   * @returns whether another process leads; false if none took the lead, and this one leads until it is disposed of
   */
  async handOver(): Promise<boolean> {
    const leadership = this.#leadership
    if (leadership === undefined) {
      await this[Symbol.asyncDispose]()
      return true
    }
    const seen = leadership.lease.hasStandby().catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'exchange: could not check for a standby')
      return false
    })
    // Flushed while the market still runs, to shorten the time without a leader.
    const [isThere] = await Promise.all([seen, leadership.market?.flushBars()])
    if (!isThere) this.#options.log.warn('exchange: no standby is there to hand over to')
    if (!isThere || this.#isStopping) return false
    return this.#departure.handOver()
  }

  #openParts(): LeadershipParts {
    const { database, log, rates } = this.#options
    const { queries } = database
    const alerts = new Alerts(queries)
    const news = new News(queries)
    return {
      ...this.#options,
      ...{ alerts, alertFirings: new AlertFirings({ ...this.#options, alerts }) },
      ...{ news, newsWriter: new NewsWriter({ ...this.#options, news }) },
      metrics: this.#metrics.exchange,
      journal: new Journal(database.commits),
      history: new History(queries),
      bars: new Bars(queries),
      publisher: new MarketPublisher(this.#options),
      accountRates: new AccountRates(rates),
      defects: new Defects(),
      faults: new FaultLog(log),
      departure: this.#departure,
      degraded: new Stopwatch(),
      inDoubt: new Stopwatch(),
      opened: () => this.#leading.resolve(undefined),
    }
  }

  async #run(): Promise<void> {
    const { database, holder, address, log } = this.#options
    do {
      await using standby = Standby.start(this.#options)
      this.#standby = standby
      const lost = new AbortController()
      let lease: Lease
      try {
        lease = await acquireLease({
          ...{ connection: database.lease, holder, logger: log },
          onLost: () => lost.abort(new Fenced('the lease is lost')),
          ...(address !== undefined && { address }),
          signal: this.#departure.stopping,
          isWarm: () => standby.isWarm,
        })
      } catch (error) {
        if (this.#isStopping) return
        throw error
      }
      log.info({ epoch: lease.epoch }, 'exchange: leads')
      this.#standby = undefined
      await this.#lead({ lease, standby, lost: lost.signal, acknowledged: this.#acknowledged })
    } while (!this.#isStopping)
  }

  /** Leads until it is stopped or replaced, and releases the lease. */
  async #lead(start: LeadershipStart): Promise<void> {
    const { lease } = start
    const { degraded, metrics } = this.#parts
    metrics.leaseChanges.inc({ change: 'taken' })
    degraded.start()
    const leadership = new Leadership(this.#parts, start)
    this.#leadership = leadership
    try {
      await leadership.run()
    } finally {
      // A batch in doubt is settled by its successor.
      leadership[Symbol.dispose]()
      this.#acknowledged = leadership.batch
      this.#leadership = undefined
      degraded.stop()
      metrics.leaseChanges.inc({ change: lease.state === 'lost' ? 'lost' : 'released' })
      await lease.release()
      await this.#departure.confirm(lease)
    }
  }

  #showReadings(): () => void {
    const { degraded, inDoubt, publisher } = this.#parts
    return showReadings(this.#metrics, () => ({
      lease: this.#leadership?.lease,
      market: this.#leadership?.market,
      standby: this.#standby,
      batch: this.#leadership?.batch ?? this.#acknowledged,
      isDegraded: this.#leadership?.isDegraded ?? true,
      ...{ degraded, inDoubt, publisher },
    }))
  }

  get #isStopping(): boolean {
    return this.#departure.leaving.aborted
  }
}
