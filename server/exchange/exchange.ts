import type { Answer } from '@valiant/shared/protocol/events'
import type { OrderRate } from '@valiant/shared/protocol/account-rates'
import type { Logger } from 'pino'
import type { Broadcast } from '../bus/broadcast.ts'
import type { CommandBus } from '../bus/commands.ts'
import type { Database } from '../database/database.ts'
import { StartupError } from '../database/startup-error.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import type { ListedInstrument } from '../instruments.ts'
import { Alerts } from '../journal/alerts.ts'
import { Bars } from '../journal/bars.ts'
import { EquityCurves } from '../journal/equity.ts'
import { History } from '../journal/history.ts'
import { Fenced, InDoubt, Journal } from '../journal/journal.ts'
import { News } from '../journal/news.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { Stopwatch } from '../telemetry/stopwatch.ts'
import { AccountRates } from './commands/account-rates.ts'
import { KnownCommands } from './commands/known-commands.ts'
import { RecentAnswers } from './commands/recent-answers.ts'
import { AlertFirings } from './alerts/alert-firings.ts'
import { type AssembledMarket, type AssemblyParts, assembleMarket } from './leading/assembly.ts'
import type { Clock } from './clock.ts'
import { Defects, isDefect, MarketGivenUp } from './leading/defects.ts'
import { Departure } from './leading/departure.ts'
import { FaultLog } from './leading/fault-log.ts'
import { settleDoubt } from './leading/in-doubt.ts'
import { Housekeeping } from './housekeeping.ts'
import { IndicativeMarket } from './market/indicative-market.ts'
import { type End, LeaderTerm } from './leading/leader-term.ts'
import { acquireLease, type Lease } from './leading/lease.ts'
import { LoopSignal } from './leading/loop-signal.ts'
import { MarketPublisher } from './market/market-publisher.ts'
import { NewsWriter } from './news/news-writer.ts'
import { showReadings } from './readings.ts'
import { SlowCommit } from './leading/slow-commit.ts'
import { Standby } from './leading/standby.ts'
import { StatusPublisher } from './leading/status-publisher.ts'

export { MarketGivenUp } from './leading/defects.ts'

export interface ExchangeOptions {
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

/** Answers remembered while this process keeps the lease, across recoveries. */
type Answered = Pick<AssemblyParts, 'known' | 'refusals'>

const RETRY_MS = 250
/** A recovery that ends within this time shows no indicative prices. Quotes must not stand still for a second. */
const SILENT_MS_MAX = 500

/**
 * The exchange, the single writer. While it holds the lease, it recovers and leads a term (`LeaderTerm`); after a fault
 * it settles what is in doubt and recovers again. If that takes long, prices continue as an indicative market.
 */
export class Exchange implements AsyncDisposable {
  readonly #options: ExchangeOptions
  readonly #metrics: Metrics
  readonly #degraded = new Stopwatch()
  readonly #inDoubt = new Stopwatch()
  readonly #journal: Journal
  readonly #history: History
  readonly #bars: Bars
  readonly #departure: Departure
  readonly #running: Promise<void>
  readonly #leading = Promise.withResolvers<undefined>()
  readonly #rates: AccountRates
  #status: StatusPublisher
  readonly #publisher: MarketPublisher
  readonly #alerts: Alerts
  readonly #alertFirings: AlertFirings
  readonly #news: News
  readonly #newsWriter: NewsWriter
  readonly #housekeeping: Housekeeping
  readonly #defects = new Defects()
  readonly #faults: FaultLog
  /** The signal of the term being assembled or led. */
  #signal = new LoopSignal()
  /** Aborted once the lease is lost. */
  #lost = new AbortController()
  /** The market being led. */
  #market: AssembledMarket | undefined
  /** The last term that was led. */
  #term: LeaderTerm | undefined
  /** The last batch acknowledged by the database, in any term. */
  #acknowledged = 0
  #indicative: IndicativeMarket | undefined
  #lease: Lease | undefined
  /** Set while another process leads. */
  #standby: Standby | undefined

  private constructor(options: ExchangeOptions) {
    this.#options = options
    this.#metrics = options.metrics ?? new Metrics()
    this.#departure = new Departure(options.log)
    this.#faults = new FaultLog(options.log)
    this.#journal = new Journal(options.database.commits)
    this.#history = new History(options.database.queries)
    this.#bars = new Bars(options.database.queries)
    this.#rates = new AccountRates(options.rates)
    this.#status = new StatusPublisher(options.broadcast, this.#degraded)
    this.#publisher = new MarketPublisher(options)
    this.#alerts = new Alerts(options.database.queries)
    this.#alertFirings = new AlertFirings({ ...options, alerts: this.#alerts })
    this.#news = new News(options.database.queries)
    this.#newsWriter = new NewsWriter({ ...options, news: this.#news })
    this.#housekeeping = new Housekeeping({
      ...{ alerts: this.#alerts, bars: this.#bars, history: this.#history, news: this.#news },
      ...{ curves: new EquityCurves(options.database.queries), clock: options.clock, log: options.log },
      isOurs: () => this.#lease !== undefined,
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
    this.#housekeeping[Symbol.dispose]()
    this.#departure.stop()
    this.#signal.wake()
    await this.#running.catch(() => undefined) // reported by `ended`
    await Promise.all([this.#alertFirings[Symbol.asyncDispose](), this.#newsWriter[Symbol.asyncDispose]()])
  }

  /**
   * Called before this process leaves. If there is a standby, it continues at once from the last batch and reads again
   * what is not in it; this process then no longer leads and waits for nothing.
   * @returns whether another process leads; false if none took the lead, and this one leads until it is disposed of
   */
  async handOver(): Promise<boolean> {
    if (this.#lease === undefined) {
      await this[Symbol.asyncDispose]()
      return true
    }
    const seen = this.#lease.hasStandby().catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'exchange: could not check for a standby')
      return false
    })
    // Flushed while the market still runs, to shorten the time without a leader.
    const [isThere] = await Promise.all([seen, this.#market?.flushBars()])
    if (!isThere) this.#options.log.warn('exchange: no standby is there to hand over to')
    if (!isThere || this.#isStopping) return false
    const handedOver = this.#departure.handOver()
    this.#signal.wake()
    return handedOver
  }

  async #run(): Promise<void> {
    const { database, holder, address, log } = this.#options
    do {
      await using standby = Standby.start(this.#options)
      this.#standby = standby
      let lease: Lease
      this.#lost = new AbortController()
      try {
        lease = await acquireLease({
          ...{ connection: database.lease, holder, logger: log, onLost: this.#onLost },
          ...(address !== undefined && { address }),
          signal: this.#departure.stopping,
          isWarm: () => standby.isWarm,
        })
      } catch (error) {
        if (this.#isStopping) return
        throw error
      }
      log.info({ epoch: lease.epoch }, 'exchange: leads')
      this.#lease = lease
      this.#standby = undefined
      this.#countLeaseChange('taken')
      this.#degraded.start()
      // Another leader may have published since.
      this.#status = new StatusPublisher(this.#options.broadcast, this.#degraded)
      try {
        await this.#leadWhileHeld(lease, standby)
      } finally {
        this.#endIndicative()
        // A batch in doubt is settled by its successor.
        this.#term = undefined
        this.#lease = undefined
        this.#degraded.stop()
        this.#countLeaseChange(lease.state === 'lost' ? 'lost' : 'released')
        await lease.release()
        await this.#departure.confirm(lease)
      }
    } while (!this.#isStopping)
  }

  /** Recovers and leads, again after each fault, until it is stopped or fenced off. */
  async #leadWhileHeld(lease: Lease, standby: Standby): Promise<void> {
    // Kept only while the lease is held: another leader answers ids that are unknown here.
    const answered = { known: new KnownCommands(), refusals: new RecentAnswers<Answer>() }
    let begunAfter: number | undefined
    for (;;) {
      const end = await this.#recoverAndLead(lease, standby, answered)
      if (end.kind === 'stopped') return
      // A database that answers but accepts no batch, for example with a full disk, would otherwise be retried without
      // pause.
      if (end.kind === 'fault' && end.error instanceof InDoubt && this.#acknowledged === begunAfter) await this.#pause()
      begunAfter = this.#acknowledged
      const pending = this.#term?.inFlight
      this.#metrics.exchange.recoveries.inc({ cause: causeOf(end) })
      if (end.kind === 'fault') {
        this.#faults.fault(end.error, this.#options.clock.now())
        if (isReplaced(end.error, lease)) {
          // The new leader decides about a commit in flight, but that commit must have ended before this process leads
          // again.
          this.#endIndicative()
          await pending?.settled
          return
        }
        if (this.#isStopping && pending === undefined) return
        this.#defects.note(end.error, pending?.entries ?? [])
      }
      if (!(await this.#settle(lease))) return
    }
  }

  async #recoverAndLead(lease: Lease, standby: Standby, answered: Answered): Promise<End> {
    this.#signal = new LoopSignal()
    try {
      await using market = await this.#assemble(lease, standby, answered)
      const term = this.#termOf(market, lease)
      this.#market = market
      this.#term = term
      const end = await term.run().catch((error: unknown): End => ({ kind: 'fault', error }))
      // Before anything slow: gateways then refuse requests at once instead of letting them wait.
      if (end.kind === 'split' || (end.kind === 'fault' && !isReplaced(end.error, lease)))
        this.#degrade(lease, term, end)
      return end
    } catch (error) {
      if (error instanceof StartupError) throw error
      if (!isReplaced(error, lease)) this.#status.degraded(lease.epoch)
      await this.#pause()
      return { kind: 'fault', error }
    } finally {
      this.#market = undefined
    }
  }

  async #assemble(lease: Lease, standby: Standby, answered: Answered): Promise<AssembledMarket> {
    return assembleMarket({
      ...this.#options,
      metrics: this.#metrics.exchange,
      epoch: lease.epoch,
      readState: () => standby.state(),
      ready: () => this.#journal.ready(lease.epoch),
      history: this.#history,
      bars: this.#bars,
      alerts: this.#alerts,
      alertFirings: this.#alertFirings,
      news: this.#news,
      newsWriter: this.#newsWriter,
      publisher: this.#publisher,
      accountRates: this.#rates,
      ...answered,
      poison: this.#defects.poison,
      signal: AbortSignal.any([this.#departure.stopping, this.#lost.signal]),
      arrived: this.#signal.wake,
      failed: this.#signal.fail,
      reopening: () => this.#indicative?.save(),
      recoveredLevel: this.#faults.isQuiet ? 'debug' : 'info',
    })
  }

  #termOf(market: AssembledMarket, lease: Lease): LeaderTerm {
    const { bus, clock, log } = this.#options
    this.#acknowledged = market.lastBatch
    return new LeaderTerm({
      ...{ market, lease, bus, clock, log, metrics: this.#metrics.exchange },
      journal: this.#journal,
      status: this.#status,
      defects: this.#defects,
      signal: this.#signal,
      stopping: this.#departure.leaving,
      opened: () => {
        this.#faults.over()
        this.#leading.resolve(undefined)
      },
      isReal: () => this.#endIndicative(),
    })
  }

  /** Takes no commands; if this lasts, prices continue without the users' orders. */
  #degrade(lease: Lease, { base }: LeaderTerm, end: End): void {
    const { clock, log, liveness } = this.#options
    this.#status.degraded(lease.epoch)
    if (this.#indicative !== undefined || base === undefined || lease.state === 'lost' || this.#isStopping) return
    // After a slow commit some prices have been held back long enough, whenever the last frame was sent.
    const hasWaited = end.kind === 'fault' && end.error instanceof SlowCommit
    const startsInMs = hasWaited ? 0 : Math.max(0, SILENT_MS_MAX - this.#publisher.silentMs)
    this.#indicative = new IndicativeMarket({ base, publisher: this.#publisher, clock, log, liveness, startsInMs })
  }

  #endIndicative(): void {
    this.#indicative?.[Symbol.dispose]()
    this.#indicative = undefined
  }

  /** Retries until the outcome of the batch in flight is known. @returns whether this process still leads */
  async #settle(lease: Lease): Promise<boolean> {
    const { database, clock } = this.#options
    const term = this.#term
    const pending = term?.inFlight
    if (pending !== undefined) this.#inDoubt.start()
    using _settled = { [Symbol.dispose]: () => this.#inDoubt.stop() }
    await pending?.settled
    if (term !== undefined) this.#acknowledged = Math.max(this.#acknowledged, term.batch)
    for (;;) {
      try {
        const acknowledged = this.#acknowledged
        const settled = await settleDoubt({ lease, queries: database.queries, term, acknowledged })
        this.#term = undefined
        if (settled === 'replaced') return false
        this.#countLeaseChange('renewed_epoch')
        // A batch that moved prices for good, such as a dividend, saved them too: the market continues from there
        // instead.
        const isWritten = settled === 'written' || term?.inFlight === undefined
        if (isWritten && pending?.open.mustSave === true) this.#endIndicative()
        return !this.#isStopping
      } catch (error) {
        if (error instanceof MarketGivenUp) throw error
        this.#faults.silence(error, clock.now())
      }
      // When stopping, one attempt is made for the sake of waiting clients; if it fails they get TIMEOUT.
      if (this.#isStopping) return false
      await this.#pause()
    }
  }

  #countLeaseChange(change: 'taken' | 'renewed_epoch' | 'released' | 'lost'): void {
    this.#metrics.exchange.leaseChanges.inc({ change })
  }

  #showReadings(): () => void {
    return showReadings(this.#metrics, () => ({
      lease: this.#lease,
      market: this.#market,
      standby: this.#standby,
      batch: Math.max(this.#acknowledged, this.#term?.batch ?? 0),
      isDegraded: !this.#status.isOpen,
      degraded: this.#degraded,
      inDoubt: this.#inDoubt,
      publisher: this.#publisher,
    }))
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(RETRY_MS, resolve))
  }

  readonly #onLost = (): void => {
    const error = new Fenced('the lease is lost')
    this.#signal.fail(error)
    this.#lost.abort(error)
  }

  get #isStopping(): boolean {
    return this.#departure.leaving.aborted
  }
}

/** Whether another process certainly leads: nothing more may be published. */
const isReplaced = (error: unknown, lease: Lease): boolean => error instanceof Fenced || lease.state === 'lost'

/** Why the market in memory was discarded, as a metric label. */
function causeOf(end: Exclude<End, { kind: 'stopped' }>): 'split' | 'fenced' | 'slow_commit' | 'defect' | 'fault' {
  if (end.kind === 'split') return 'split'
  if (end.error instanceof Fenced) return 'fenced'
  if (end.error instanceof SlowCommit) return 'slow_commit'
  return isDefect(end.error) ? 'defect' : 'fault'
}
