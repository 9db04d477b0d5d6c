import type { Logger } from 'pino'
import type { CommandBus } from '../../bus/commands.ts'
import { Fenced, type Journal, Refused } from '../../journal/journal.ts'
import { CATCH_UP_MAX_MS } from '../../simulator/simulator.ts'
import type { ExchangeMetrics } from '../../telemetry/exchange-metrics.ts'
import { traceCommit } from '../../telemetry/tracing.ts'
import type { AssembledMarket } from './assembly.ts'
import type { Clock } from '../clock.ts'
import type { Defects } from './defects.ts'
import type { IndicativeBase } from '../market/indicative-market.ts'
import type { Lease } from './lease.ts'
import type { LoopSignal } from './loop-signal.ts'
import type { OpenBatch } from './open-batch.ts'
import type { SavedMarket } from '../market/saved-market.ts'
import { SlowCommit, watchCommit } from './slow-commit.ts'
import type { StatusPublisher } from './status-publisher.ts'

/** The simulator's state is saved at least so often. */
const SAVE_MS = 1_000
/** A market that has caught up so far takes commands. */
const OPEN_BEHIND_MS_MAX = 500
/** An answer to a commit that is heard so long after it was asked for says nothing about who leads now. */
const HEARD_LATE_MS = 1_500

export interface LeadingParts {
  readonly market: AssembledMarket
  readonly lease: Lease
  readonly journal: Journal
  readonly bus: CommandBus
  readonly status: StatusPublisher
  readonly defects: Defects
  readonly signal: LoopSignal
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<ExchangeMetrics, 'commits' | 'commitSeconds' | 'batchCommands'>
  /** Commits what has been applied, and ends. */
  readonly stopping: AbortSignal
  /** The market takes commands. */
  readonly opened: () => void
  /** Its first batch has been committed: from now on its prices are the market's. */
  readonly isReal: () => void
}

/** A batch between its sending and its answer. */
export interface InFlight {
  readonly number: number
  /** The one it was sent under; a fault has the lease go on under the next. */
  readonly epoch: number
  readonly open: OpenBatch
  readonly entries: readonly string[]
  readonly saved: SavedMarket | undefined
  /** Wall time. */
  readonly sentAtMs: number
  readonly settled: Promise<void>
}

/** What ended a term of leading: the operator, a split, after which all in memory is out of date, or what went wrong. */
export type End =
  { readonly kind: 'stopped' } | { readonly kind: 'split' } | { readonly kind: 'fault'; readonly error: unknown }

/**
 * One term of leading, from one recovery to the next. Time and commands come in, batches go to the journal, and what is
 * said of a batch leaves after its commit. While one batch commits the next is filled, never more than one ahead.
 */
export class LeaderTerm {
  readonly #parts: LeadingParts
  #inFlight: InFlight | undefined
  #batch: number
  #saved: SavedMarket | undefined
  #savedAtMs = 0
  #isCaughtUp = false
  #hasCommitted = false
  /** For how long a time the prices spoke that the last commit had held back. */
  #toldForMs = 0

  constructor(parts: LeadingParts) {
    this.#parts = parts
    this.#batch = parts.market.lastBatch
    this.#saved = parts.market.saved
  }

  /** The last batch that the database has acknowledged. */
  get batch(): number {
    return this.#batch
  }

  /** The batch that is not answered; when this term has ended and it has settled all the same, it is in doubt. */
  get inFlight(): InFlight | undefined {
    return this.#inFlight
  }

  /** What prices go on from without the users; undefined where nothing of it has been committed. */
  get base(): IndicativeBase | undefined {
    const { live, instruments, splits } = this.#parts.market
    // After a split no price in memory is of the shares as they are now.
    if (this.#saved === undefined || live.isOver) return undefined
    const statuses = new Map(live.engine.symbols.map((symbol) => [symbol, live.engine.status(symbol)]))
    return { saved: this.#saved, instruments, splits, statuses }
  }

  /** Leads until something ends it. @throws {CommandDefect} and whatever else a defect throws */
  async run(): Promise<End> {
    const { market, status, signal, defects } = this.#parts
    const { live, processor } = market
    for (;;) {
      await this.#nextTurn()
      if (signal.fault !== undefined) return { kind: 'fault', error: signal.fault.error }
      if (!this.#isStopping) {
        live.isDegraded = status.isDegraded
        live.advance(this.#isCaughtUp ? CATCH_UP_MAX_MS : market.catchUpMaxMs)
        processor.takeUp(defects.commandsMax)
      }
      this.#isCaughtUp ||= live.behindMs < OPEN_BEHIND_MS_MAX
      if (this.#isCaughtUp && this.#hasCommitted) this.#sayOpen()
      if (this.#inFlight !== undefined) continue
      if (this.#savedAtMs === Infinity) {
        this.publishUnprintedTrades()
        return { kind: 'stopped' }
      }
      if (live.isOver && live.open.isEmpty) return { kind: 'split' }
      this.#seal()
    }
  }

  #sayOpen(): void {
    const { lease, market, status, opened } = this.#parts
    status.open(lease.epoch, market.live.haltMessage)
    opened()
  }

  /** Waits for a command, the next quantum or the end of a commit, whichever is first; lets I/O have its turn. */
  async #nextTurn(): Promise<void> {
    const { clock, market, signal } = this.#parts
    const cancel = clock.after(market.live.untilQuantumMs, signal.wake)
    await signal.next()
    cancel()
    await new Promise(setImmediate)
  }

  /** Closes the open batch: commits it when it has rows, or when a second is over; else says at once what it has to say. */
  #seal(): void {
    const { market, lease, defects } = this.#parts
    const { live, intake } = market
    const { open } = live
    const isSaveDue = this.#isStopping || open.mustSave || live.timeMs - this.#savedAtMs >= SAVE_MS
    // Without a fresh lease only a commit can show that this process still leads.
    const mustCommit = open.mustCommit || isSaveDue || lease.state !== 'held'
    if (!mustCommit && open.isEmpty) return
    live.beginBatch()
    if (!mustCommit) {
      this.#release(open)
      return
    }
    if (isSaveDue) this.#savedAtMs = this.#isStopping ? Infinity : live.timeMs
    const number = this.#batch + 1
    const saved = isSaveDue ? live.save(open) : undefined
    const { epoch } = lease
    const batch = open.toCommit({
      epoch,
      batch: number,
      streamPosition: intake.position,
      timeMs: live.timeMs,
      ...(saved && { simulator: saved }),
    })
    defects.sealed(open.commands)
    const { clock, journal, signal, metrics } = this.#parts
    const sentAtMs = clock.now()
    // Its prices may have waited already, for a batch that held none, or too few for all instruments.
    const silentMs = Math.max(0, sentAtMs - (open.pricedAtMs ?? sentAtMs) - this.#toldForMs)
    const unwatch = watchCommit(clock, silentMs, () =>
      signal.fail(new SlowCommit(`batch ${number} is not answered in time`)),
    )
    const beganMs = performance.now()
    const answered = (outcome: string) => {
      unwatch()
      metrics.commits.inc({ outcome })
      metrics.commitSeconds.observe((performance.now() - beganMs) / 1_000)
    }
    metrics.batchCommands.observe(open.commands)
    const traced = { number, commands: open.commands, spans: open.spans }
    const settled = traceCommit(traced, () => journal.commit(batch)).then(
      () => {
        answered('committed')
        this.#committed(batch.streamPosition)
      },
      (error: unknown) => {
        answered(outcomeOf(error))
        signal.fail(error)
      },
    )
    this.#inFlight = { number, epoch, open, entries: open.entries, saved, sentAtMs, settled }
  }

  /** The batch in flight is written. When it was slow, this term is over, and only what it held back is said. */
  #committed(streamPosition: string): void {
    const { defects, bus, signal, isReal, lease, clock } = this.#parts
    const inFlight = this.#inFlight
    if (inFlight === undefined) return
    // As after a standstill: it is written, but another may have spoken since. Whoever leads then says it, or has said it.
    if (lease.state !== 'held' && clock.now() - inFlight.sentAtMs > HEARD_LATE_MS) {
      signal.fail(new SlowCommit(`batch ${inFlight.number} was answered late, without a lease`))
      return
    }
    this.#batch = inFlight.number
    this.#saved = inFlight.saved ?? this.#saved
    this.#inFlight = undefined
    this.#toldForMs = inFlight.open.pricedForMs
    defects.committed()
    if (signal.fault === undefined) {
      // Before anything is said, which takes a while: Postgres works meanwhile.
      this.#sealNext()
      if (!this.#hasCommitted) isReal()
      this.#hasCommitted = true
    }
    if (signal.fault === undefined) this.#release(inFlight.open)
    else this.releaseLate(inFlight.open)
    bus.trim(streamPosition)
    signal.wake()
  }

  /** Seals what has gathered while a batch was committed. What goes wrong there is no fault of the batch that was. */
  #sealNext(): void {
    if (!this.#parts.market.live.open.mustCommit) return
    try {
      this.#seal()
    } catch (error) {
      this.#parts.signal.fail(error)
    }
  }

  /** Says what a batch held back that turns out to be written when this term is over. */
  releaseLate(open: OpenBatch): void {
    this.#release(open)
    this.publishUnprintedTrades()
  }

  /** When this term has ended and this process leads for certain. */
  publishUnprintedTrades(): void {
    this.#parts.market.live.publishUnprintedTrades()
  }

  /** Says what a batch held back. What a receiver makes of it is no reason to keep it from the others. */
  #release(open: OpenBatch): void {
    open.release((error) =>
      this.#parts.log.error({ err: error }, 'exchange: a listener threw while a committed batch was being published'),
    )
  }

  get #isStopping(): boolean {
    return this.#parts.stopping.aborted
  }
}

/** What became of a batch, as metrics say it. */
function outcomeOf(error: unknown): 'fenced' | 'refused' | 'in_doubt' {
  if (error instanceof Fenced) return 'fenced'
  return error instanceof Refused ? 'refused' : 'in_doubt'
}
