import type { Answer } from '@valiant/shared/protocol/events'
import { StartupError } from '../../database/startup-error.ts'
import { Fenced, InDoubt, type Journal } from '../../journal/journal.ts'
import type { ExchangeMetrics } from '../../telemetry/exchange-metrics.ts'
import type { Stopwatch } from '../../telemetry/stopwatch.ts'
import { KnownCommands } from '../commands/known-commands.ts'
import { RecentAnswers } from '../commands/recent-answers.ts'
import { IndicativeMarket } from '../market/indicative-market.ts'
import { type AssembledMarket, type AssemblyParts, assembleMarket } from './assembly.ts'
import { type Defects, isDefect, MarketGivenUp } from './defects.ts'
import type { Departure } from './departure.ts'
import type { FaultLog } from './fault-log.ts'
import { settleDoubt } from './in-doubt.ts'
import { type End, LeaderTerm } from './leader-term.ts'
import type { Lease } from './lease.ts'
import { LoopSignal } from './loop-signal.ts'
import { SlowCommit } from './slow-commit.ts'
import type { Standby } from './standby.ts'
import { StatusPublisher } from './status-publisher.ts'

/** What a leadership shares with the ones before and after it, beside the parts of its markets. */
export interface LeadershipParts extends Omit<AssemblyParts, SetHere> {
  readonly journal: Journal
  readonly metrics: ExchangeMetrics
  readonly defects: Defects
  readonly faults: FaultLog
  readonly departure: Pick<Departure, 'stopping' | 'leaving'>
  /** Runs while no commands are taken. */
  readonly degraded: Stopwatch
  /** Runs while the outcome of a batch is unknown. */
  readonly inDoubt: Stopwatch
  /** Called whenever the market takes commands. */
  readonly opened: () => void
}
/** Parts of a market that belong to the leadership itself. */
type SetHere =
  | ('epoch' | 'signal' | 'readState' | 'ready' | 'metrics')
  | ('known' | 'refusals' | 'poison' | 'arrived' | 'failed')
  | ('reopening' | 'recoveredLevel' | 'linger')

export interface LeadershipStart {
  readonly lease: Lease
  /** Aborted, with the error, once another process certainly leads. */
  readonly lost: AbortSignal
  /** What this process has read while another led. */
  readonly standby: Pick<Standby, 'state'>
  /** The last batch acknowledged by the database, in any leadership. */
  readonly acknowledged: number
}

const RETRY_MS = 250
/** A recovery that ends within this time shows no indicative prices. Quotes must not stand still for a second. */
const SILENT_MS_MAX = 500

/**
 * What this process does while it holds the lease: it recovers the market and leads a term (`LeaderTerm`); after a fault it
 * settles what is in doubt and recovers again. If that takes long, prices continue as an indicative market.
 */
export class Leadership implements Disposable {
  readonly lease: Lease
  readonly #parts: LeadershipParts
  readonly #start: LeadershipStart
  readonly #status: StatusPublisher
  /** Kept only while the lease is held: another leader answers ids that are unknown here. */
  readonly #answered = { known: new KnownCommands(), refusals: new RecentAnswers<Answer>() }
  readonly #ending = new AbortController()
  /** The signal of the term being assembled or led. */
  #signal = new LoopSignal()
  #market: AssembledMarket | undefined
  /** The last term that was led, until it is settled. */
  #term: LeaderTerm | undefined
  #acknowledged: number
  #indicative: IndicativeMarket | undefined

  constructor(parts: LeadershipParts, start: LeadershipStart) {
    const { lost, lease, acknowledged } = start
    this.#parts = parts
    this.#start = start
    this.lease = lease
    this.#acknowledged = acknowledged
    this.#status = new StatusPublisher(parts.broadcast, parts.degraded)
    const { signal } = this.#ending
    lost.addEventListener('abort', () => this.#signal.fail(lost.reason), { signal })
    parts.departure.leaving.addEventListener('abort', () => this.#signal.wake(), { signal })
  }

  [Symbol.dispose](): void {
    this.#endIndicative()
    this.#ending.abort()
  }

  /** The market being led; undefined while it is being assembled. */
  get market(): AssembledMarket | undefined {
    return this.#market
  }

  /** The last batch acknowledged by the database, in this leadership or before. */
  get batch(): number {
    return Math.max(this.#acknowledged, this.#term?.batch ?? 0)
  }

  /** Whether no commands are taken. */
  get isDegraded(): boolean {
    return !this.#status.isOpen
  }

  /**
   * Recovers and leads, again after each fault, until it is stopped or fenced off.
   * @throws {StartupError} when the database cannot hold a market
   * @throws {MarketGivenUp} when an operator has to look at it
   */
  async run(): Promise<void> {
    const { clock, metrics, faults, defects } = this.#parts
    let begunAfter: number | undefined
    for (;;) {
      const end = await this.#recoverAndLead()
      if (end.kind === 'stopped') return
      // A database that answers but accepts no batch, for example with a full disk, would otherwise be retried without
      // pause.
      if (end.kind === 'fault' && end.error instanceof InDoubt && this.#acknowledged === begunAfter) await this.#pause()
      begunAfter = this.#acknowledged
      const pending = this.#term?.inFlight
      metrics.recoveries.inc({ cause: causeOf(end) })
      if (end.kind === 'fault') {
        faults.fault(end.error, clock.now())
        if (this.#isReplaced(end.error)) {
          // The new leader decides about a commit in flight, but that commit must have ended before this process leads
          // again.
          this.#endIndicative()
          await pending?.settled
          return
        }
        if (this.#isStopping && pending === undefined) return
        defects.note(end.error, pending?.entries ?? [])
      }
      if (!(await this.#settle())) return
    }
  }

  async #recoverAndLead(): Promise<End> {
    this.#signal = new LoopSignal()
    try {
      await using market = await this.#assemble()
      const term = this.#termOf(market)
      this.#market = market
      this.#term = term
      const end = await term.run().catch((error: unknown): End => ({ kind: 'fault', error }))
      // Before anything slow: gateways then refuse requests at once instead of letting them wait.
      if (end.kind === 'split' || (end.kind === 'fault' && !this.#isReplaced(end.error))) this.#degrade(term, end)
      return end
    } catch (error) {
      if (error instanceof StartupError) throw error
      if (!this.#isReplaced(error)) this.#status.degraded(this.lease.epoch)
      await this.#pause()
      return { kind: 'fault', error }
    } finally {
      this.#market = undefined
    }
  }

  #assemble(): Promise<AssembledMarket> {
    const { journal, departure, defects, faults } = this.#parts
    const { standby, lost } = this.#start
    const { epoch } = this.lease
    return assembleMarket({
      ...this.#parts,
      ...this.#answered,
      epoch,
      readState: () => standby.state(),
      ready: () => journal.ready(epoch),
      poison: defects.poison,
      signal: AbortSignal.any([departure.stopping, lost]),
      arrived: this.#signal.wake,
      failed: this.#signal.fail,
      linger: (work) => this.lease.linger(work),
      reopening: () => this.#indicative?.save(),
      recoveredLevel: faults.isQuiet ? 'debug' : 'info',
    })
  }

  #termOf(market: AssembledMarket): LeaderTerm {
    const { bus, clock, log, metrics, journal, defects, departure, faults, opened } = this.#parts
    this.#acknowledged = market.lastBatch
    return new LeaderTerm({
      ...{ market, bus, clock, log, metrics, journal, defects },
      lease: this.lease,
      status: this.#status,
      signal: this.#signal,
      stopping: departure.leaving,
      opened: () => {
        faults.over()
        opened()
      },
      isReal: () => this.#endIndicative(),
    })
  }

  /** Takes no commands; if this lasts, prices continue without the users' orders. */
  #degrade({ base }: LeaderTerm, end: End): void {
    const { clock, log, liveness, publisher } = this.#parts
    this.#status.degraded(this.lease.epoch)
    if (this.#indicative !== undefined || base === undefined || this.lease.state === 'lost' || this.#isStopping) return
    // After a slow commit some prices have been held back long enough, whenever the last frame was sent.
    const hasWaited = end.kind === 'fault' && end.error instanceof SlowCommit
    const startsInMs = hasWaited ? 0 : Math.max(0, SILENT_MS_MAX - publisher.silentMs)
    this.#indicative = new IndicativeMarket({ base, publisher, clock, log, liveness, startsInMs })
  }

  #endIndicative(): void {
    this.#indicative?.[Symbol.dispose]()
    this.#indicative = undefined
  }

  /** Retries until the outcome of the batch in flight is known. @returns whether this process still leads */
  async #settle(): Promise<boolean> {
    const { database, clock, metrics, faults, inDoubt } = this.#parts
    const term = this.#term
    const pending = term?.inFlight
    if (pending !== undefined) inDoubt.start()
    using _settled = { [Symbol.dispose]: () => inDoubt.stop() }
    await pending?.settled
    this.#acknowledged = this.batch
    for (;;) {
      try {
        const settled = await settleDoubt({
          lease: this.lease,
          queries: database.queries,
          term,
          acknowledged: this.#acknowledged,
        })
        this.#term = undefined
        if (settled === 'replaced') return false
        metrics.leaseChanges.inc({ change: 'renewed_epoch' })
        // A batch that moved prices for good, such as a dividend, saved them too: the market continues from there
        // instead.
        const isWritten = settled === 'written' || term?.inFlight === undefined
        if (isWritten && pending?.open.mustSave === true) this.#endIndicative()
        return !this.#isStopping
      } catch (error) {
        if (error instanceof MarketGivenUp) throw error
        faults.silence(error, clock.now())
      }
      // When stopping, one attempt is made for the sake of waiting clients; if it fails they get TIMEOUT.
      if (this.#isStopping) return false
      await this.#pause()
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(RETRY_MS, resolve))
  }

  /** Whether another process certainly leads: nothing more may be published. */
  #isReplaced(error: unknown): boolean {
    return error instanceof Fenced || this.lease.state === 'lost'
  }

  get #isStopping(): boolean {
    return this.#parts.departure.leaving.aborted
  }
}

/** Why the market in memory was discarded, as a metric label. */
function causeOf(end: Exclude<End, { kind: 'stopped' }>): 'split' | 'fenced' | 'slow_commit' | 'defect' | 'fault' {
  if (end.kind === 'split') return 'split'
  if (end.error instanceof Fenced) return 'fenced'
  if (end.error instanceof SlowCommit) return 'slow_commit'
  return isDefect(end.error) ? 'defect' : 'fault'
}
