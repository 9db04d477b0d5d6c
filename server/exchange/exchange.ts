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
  /** Names this process in the lease. */
  readonly holder: string
  /** Where it can be reached, for people who look at the lease. */
  readonly address?: string
  /** For a market that begins anew. */
  readonly seed: number
  /** How many days of past such a market is given. */
  readonly historyDays: number
  /** Liveliness of simulated quotes: 1 is some 77 events a second and instrument. */
  readonly liveness: number
  readonly rates: OrderRate
  readonly maxOpenOrdersPerInstrument: number
}

/** What is known of earlier answers for as long as nobody else leads, whatever becomes of the market in memory. */
type Answered = Pick<AssemblyParts, 'known' | 'refusals'>

const RETRY_MS = 250
/** A standby that was handed the lead and has not taken it in this time is none: the lead is taken back. */
const HAND_OVER_MS_MAX = 1_000
/** A recovery that is over before shows no indicative prices. Quotes must not stand still for a second. */
const SILENT_MS_MAX = 500

/**
 * The exchange: the single writer. It leads while it holds the lease: recovers, leads a term (`LeaderTerm`), and after a
 * fault settles what is in doubt and recovers again. Where that takes long, prices go on as an indicative market.
 */
export class Exchange implements AsyncDisposable {
  readonly #options: ExchangeOptions
  readonly #metrics: Metrics
  readonly #degraded = new Stopwatch()
  readonly #inDoubt = new Stopwatch()
  readonly #journal: Journal
  readonly #history: History
  readonly #bars: Bars
  /** This process leads no more, and waits for nothing. */
  readonly #stopping = new AbortController()
  /** What is being led ends, with what has been applied committed: to stop, or to hand over. */
  #leaving = new AbortController()
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
  /** Of the term that is being led, or put together. */
  #signal = new LoopSignal()
  /** Aborted once the lease is lost. */
  #lost = new AbortController()
  /** What is being led. */
  #market: AssembledMarket | undefined
  /** The last that came to lead. */
  #term: LeaderTerm | undefined
  /** The last batch that the database has acknowledged, of whichever term. */
  #acknowledged = 0
  #indicative: IndicativeMarket | undefined
  #lease: Lease | undefined
  /** While another leads. */
  #standby: Standby | undefined
  /** Set while the lead is being handed over: to be told whether it was. */
  #handedOver: ((isLedOn: boolean) => void) | undefined

  private constructor(options: ExchangeOptions) {
    this.#options = options
    this.#metrics = options.metrics ?? new Metrics()
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
    // A failure is told through `leading` or `ended`.
    this.#running.catch((error: unknown) => this.#leading.reject(error))
    // Whoever waits for the end alone hears of it there: it is no rejection that nobody minds.
    this.#leading.promise.catch(() => undefined)
  }

  /** Starts the loop; `leading` tells when it takes commands. */
  static start(options: ExchangeOptions): Exchange {
    return new Exchange(options)
  }

  /** Resolves when this process leads for the first time; rejects when the market was given up before. */
  get leading(): Promise<unknown> {
    return this.#leading.promise
  }

  /** Resolves when the loop has stopped; rejects when it gave the market up. */
  get ended(): Promise<void> {
    return this.#running
  }

  /** Commits what has been applied, gives the lease up and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#housekeeping[Symbol.dispose]()
    this.#stopping.abort()
    this.#leaving.abort()
    this.#signal.wake()
    await this.#running.catch(() => undefined) // told through `ended`
    await Promise.all([this.#alertFirings[Symbol.asyncDispose](), this.#newsWriter[Symbol.asyncDispose]()])
  }

  /**
   * Before this process leaves: a standby that is there leads on at once, from the last batch, and reads what is not in it
   * again. From then on this process leads nothing and waits for nothing.
   * @returns whether another leads; false where there is none to take it, and this process leads until it is disposed of
   */
  async handOver(): Promise<boolean> {
    if (this.#lease === undefined) {
      await this[Symbol.asyncDispose]()
      return true
    }
    const seen = this.#lease.hasStandby().catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'exchange: whether there is a standby could not be seen')
      return false
    })
    // While the market still runs: from the last batch on, all that is waited for is time without one.
    const [isThere] = await Promise.all([seen, this.#market?.flushBars()])
    if (!isThere) this.#options.log.warn('exchange: no standby is there to hand over to')
    if (!isThere || this.#isStopping) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#handedOver = resolve
    this.#leaving.abort()
    this.#signal.wake()
    return promise
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
          signal: this.#stopping.signal,
          isWarm: () => standby.isWarm,
        })
      } catch (error) {
        if (this.#isStopping) return
        throw error
      }
      log.info({ epoch: lease.epoch }, 'exchange: leads')
      this.#lease = lease
      this.#standby = undefined
      this.#noteLease('taken')
      this.#degraded.start()
      // Another may have spoken since.
      this.#status = new StatusPublisher(this.#options.broadcast, this.#degraded)
      try {
        await this.#leadWhileHeld(lease, standby)
      } finally {
        this.#endIndicative()
        // What it left in doubt is its successor's to settle.
        this.#term = undefined
        this.#lease = undefined
        this.#degraded.stop()
        this.#noteLease(lease.state === 'lost' ? 'lost' : 'released')
        await lease.release()
        await this.#seeHandOver(lease)
      }
    } while (!this.#isStopping)
  }

  /** A standby that was there, and does not take the lead, is none: this process waits for it like any other. */
  async #seeHandOver(lease: Lease): Promise<void> {
    const tell = this.#handedOver
    if (tell === undefined) return
    this.#handedOver = undefined
    const isLedOn = await lease.isFollowed(HAND_OVER_MS_MAX)
    if (isLedOn) this.#stopping.abort()
    else this.#options.log.warn('exchange: the standby has not taken the lead')
    if (!this.#stopping.signal.aborted) this.#leaving = new AbortController()
    tell(isLedOn)
  }

  /** Recovers and leads, again after each fault, until stopped or fenced off. */
  async #leadWhileHeld(lease: Lease, standby: Standby): Promise<void> {
    // As long as the lease is held: while another leads, ids are answered that are not known here.
    const answered = { known: new KnownCommands(), refusals: new RecentAnswers<Answer>() }
    let begunAfter: number | undefined
    for (;;) {
      const end = await this.#recoverAndLead(lease, standby, answered)
      if (end.kind === 'stopped') return
      // A database that takes no batch though it answers, as one whose disk is full, would be asked as fast as it refuses.
      if (end.kind === 'fault' && end.error instanceof InDoubt && this.#acknowledged === begunAfter) await this.#pause()
      begunAfter = this.#acknowledged
      const pending = this.#term?.inFlight
      this.#metrics.exchange.recoveries.inc({ cause: causeOf(end) })
      if (end.kind === 'fault') {
        this.#noteFault(end.error)
        if (isReplaced(end.error, lease)) {
          // Another leads, and what becomes of a commit in flight is its to say; but it must not reach into what is led next.
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
      // Before anything that takes time: gateways then refuse at once what would only wait.
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
      signal: AbortSignal.any([this.#stopping.signal, this.#lost.signal]),
      arrived: this.#signal.wake,
      failed: this.#signal.fail,
      reopening: () => this.#indicative?.save(),
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
      stopping: this.#leaving.signal,
      opened: () => this.#leading.resolve(undefined),
      isReal: () => this.#endIndicative(),
    })
  }

  /** No command is taken; prices go on without the users' orders, should this take long. */
  #degrade(lease: Lease, { base }: LeaderTerm, end: End): void {
    const { clock, log, liveness } = this.#options
    this.#status.degraded(lease.epoch)
    if (this.#indicative !== undefined || base === undefined || lease.state === 'lost' || this.#isStopping) return
    // Where a commit was slow some prices have waited long enough, whatever frame was the last.
    const hasWaited = end.kind === 'fault' && end.error instanceof SlowCommit
    const startsInMs = hasWaited ? 0 : Math.max(0, SILENT_MS_MAX - this.#publisher.silentMs)
    this.#indicative = new IndicativeMarket({ base, publisher: this.#publisher, clock, log, liveness, startsInMs })
  }

  #endIndicative(): void {
    this.#indicative?.[Symbol.dispose]()
    this.#indicative = undefined
  }

  /** Tries until it is known what became of the batch in flight. @returns whether this process still leads */
  async #settle(lease: Lease): Promise<boolean> {
    const { database, log } = this.#options
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
        this.#noteLease('renewed_epoch')
        // What has moved the price for good, as a dividend does, stands in the state that was committed with it.
        const isWritten = settled === 'written' || term?.inFlight === undefined
        if (isWritten && pending?.open.mustSave === true) this.#endIndicative()
        return !this.#isStopping
      } catch (error) {
        if (error instanceof MarketGivenUp) throw error
        log.warn({ err: error }, 'exchange: the database does not answer; trying again')
      }
      // Who stops asks once, for those who wait for an answer; they are told TIMEOUT else.
      if (this.#isStopping) return false
      await this.#pause()
    }
  }

  #noteLease(change: 'taken' | 'renewed_epoch' | 'released' | 'lost'): void {
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

  #noteFault(error: unknown): void {
    const { log } = this.#options
    if (error instanceof Fenced) log.warn({ err: error }, 'exchange: another leads')
    else if (error instanceof SlowCommit) log.warn({ err: error }, 'exchange: the database is slow; recovers')
    else log.error({ err: error }, 'exchange: recovers from a fault')
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
    return this.#leaving.signal.aborted
  }
}

/** Another leads, for certain: nothing more is to be said. */
const isReplaced = (error: unknown, lease: Lease): boolean => error instanceof Fenced || lease.state === 'lost'

/** Why the market in memory was given up, as metrics say it. */
function causeOf(end: Exclude<End, { kind: 'stopped' }>): 'split' | 'fenced' | 'slow_commit' | 'defect' | 'fault' {
  if (end.kind === 'split') return 'split'
  if (end.error instanceof Fenced) return 'fenced'
  if (end.error instanceof SlowCommit) return 'slow_commit'
  return isDefect(end.error) ? 'defect' : 'fault'
}
