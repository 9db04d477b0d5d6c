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

/** The simulator's state is saved at least this often. */
const SAVE_MS = 1_000
/** A market that is at most this far behind takes commands. */
const OPEN_BEHIND_MS_MAX = 500
/** An acknowledgement received this long after the commit was sent says nothing about who leads now. */
const HEARD_LATE_MS = 1_500

interface LeadingParts {
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
  /** Ends the term after committing what has been applied. */
  readonly stopping: AbortSignal
  /** Called when the market takes commands. */
  readonly opened: () => void
  /** Called when its first batch has been committed: from now on its prices are the market's. */
  readonly isReal: () => void
}

/** A batch that has been sent and not answered. */
interface InFlight {
  readonly number: number
  /** The epoch in which it was sent; after a fault the lease continues in the next. */
  readonly epoch: number
  readonly open: OpenBatch
  readonly entries: readonly string[]
  readonly saved: SavedMarket | undefined
  /** Wall time. */
  readonly sentAtMs: number
  readonly settled: Promise<void>
}

/** What ended a term: a stop by the operator, a split, which makes everything in memory outdated, or a fault. */
export type End =
  { readonly kind: 'stopped' } | { readonly kind: 'split' } | { readonly kind: 'fault'; readonly error: unknown }

/**
 * One term of leading, from one recovery to the next. Takes time and commands, and writes batches to the journal; what
 * a batch publishes is sent after its commit. While one batch commits, the next is filled, and never more than one
 * ahead.
 */
export class LeaderTerm {
  readonly #parts: LeadingParts
  #inFlight: InFlight | undefined
  #batch: number
  #saved: SavedMarket | undefined
  #savedAtMs = 0
  #isCaughtUp = false
  #hasCommitted = false
  /** The period covered by the prices that the last commit held back. */
  #heldBackForMs = 0

  constructor(parts: LeadingParts) {
    this.#parts = parts
    this.#batch = parts.market.lastBatch
    this.#saved = parts.market.saved
  }

  /** The last batch that the database has acknowledged. */
  get batch(): number {
    return this.#batch
  }

  /** The unanswered batch; if it is still set after this term has ended and the commit has settled, it is in doubt. */
  get inFlight(): InFlight | undefined {
    return this.#inFlight
  }

  /** The state from which prices can continue without the users; undefined when none has been committed. */
  get base(): IndicativeBase | undefined {
    const { live, instruments, splits } = this.#parts.market
    // After a split, no price in memory is valid for the new shares.
    if (this.#saved === undefined || live.isOver) return undefined
    const statuses = new Map(live.engine.symbols.map((symbol) => [symbol, live.engine.status(symbol)]))
    return { saved: this.#saved, instruments, splits, statuses }
  }

  /** Leads until something ends the term. @throws {CommandDefect} and other defects */
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
      if (this.#isCaughtUp && this.#hasCommitted) this.#openMarket()
      if (this.#inFlight !== undefined) continue
      if (this.#savedAtMs === Infinity) {
        this.publishUnprintedTrades()
        return { kind: 'stopped' }
      }
      if (live.isOver && live.open.isEmpty) return { kind: 'split' }
      this.#seal()
    }
  }

  #openMarket(): void {
    const { lease, market, status, opened } = this.#parts
    status.open(lease.epoch, market.live.haltMessage)
    opened()
  }

  /** Waits for a command, the next quantum or the end of a commit, whichever is first, and gives I/O its turn. */
  async #nextTurn(): Promise<void> {
    const { clock, market, signal } = this.#parts
    const cancel = clock.after(market.live.untilQuantumMs, signal.wake)
    await signal.next()
    cancel()
    await new Promise(setImmediate)
  }

  /** Closes the open batch: commits it when it has rows or a second has passed; otherwise releases it at once. */
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
    // Prices may already have been held back by the previous commit, if it contained none or not of every instrument.
    const silentMs = Math.max(0, sentAtMs - (open.pricedAtMs ?? sentAtMs) - this.#heldBackForMs)
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

  /**
   * The batch in flight is written. If that was slow, this term is over, and only what the batch held back is
   * published.
   */
  #committed(streamPosition: string): void {
    const { defects, bus, signal, isReal, lease, clock } = this.#parts
    const inFlight = this.#inFlight
    if (inFlight === undefined) return
    // As after a standstill: the batch is written, but another leader may have published since, and publishes this
    // batch, too.
    if (lease.state !== 'held' && clock.now() - inFlight.sentAtMs > HEARD_LATE_MS) {
      signal.fail(new SlowCommit(`batch ${inFlight.number} was answered late, without a lease`))
      return
    }
    this.#batch = inFlight.number
    this.#saved = inFlight.saved ?? this.#saved
    this.#inFlight = undefined
    this.#heldBackForMs = inFlight.open.pricedForMs
    defects.committed()
    if (signal.fault === undefined) {
      // Before publishing, which takes a while: Postgres works meanwhile.
      this.#sealNext()
      if (!this.#hasCommitted) isReal()
      this.#hasCommitted = true
    }
    if (signal.fault === undefined) this.#release(inFlight.open)
    else this.releaseLate(inFlight.open)
    bus.trim(streamPosition)
    signal.wake()
  }

  /** Seals what was collected during the commit. A failure there is not attributed to the committed batch. */
  #sealNext(): void {
    if (!this.#parts.market.live.open.mustCommit) return
    try {
      this.#seal()
    } catch (error) {
      this.#parts.signal.fail(error)
    }
  }

  /** Releases a batch that turned out to be written after this term had ended. */
  releaseLate(open: OpenBatch): void {
    this.#release(open)
    this.publishUnprintedTrades()
  }

  /** Called when this term has ended and this process certainly leads. */
  publishUnprintedTrades(): void {
    this.#parts.market.live.publishUnprintedTrades()
  }

  /** Publishes what a batch held back. A failing receiver does not keep it from the others. */
  #release(open: OpenBatch): void {
    open.release((error) =>
      this.#parts.log.error({ err: error }, 'exchange: a listener threw while a committed batch was being published'),
    )
  }

  get #isStopping(): boolean {
    return this.#parts.stopping.aborted
  }
}

/** The outcome of a batch, as a metric label. */
function outcomeOf(error: unknown): 'fenced' | 'refused' | 'in_doubt' {
  if (error instanceof Fenced) return 'fenced'
  return error instanceof Refused ? 'refused' : 'in_doubt'
}
