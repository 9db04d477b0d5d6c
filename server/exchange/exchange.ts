import type { Logger } from 'pino'
import type { Broadcast } from '../bus/broadcast.ts'
import type { CommandBus } from '../bus/commands.ts'
import { AssertionError } from '../engine/assert.ts'
import type { Database } from '../database/database.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import type { ListedInstrument } from '../instruments.ts'
import { Bars } from '../journal/bars.ts'
import { History } from '../journal/history.ts'
import { Fenced, Journal, Refused } from '../journal/journal.ts'
import { readLastBatch } from '../journal/recovery.ts'
import { CATCH_UP_MAX_MS } from '../simulator/simulator.ts'
import { AccountRates, type RateLimits } from './account-rates.ts'
import { type AssembledMarket, assembleMarket } from './assembly.ts'
import type { Clock } from './clock.ts'
import { entryKey } from './answer-memory.ts'
import { CommandDefect } from './command-desk.ts'
import type { Intake } from './intake.ts'
import { acquireLease, type Lease } from './lease.ts'
import type { OpenBatch } from './open-batch.ts'
import { StatusTeller } from './status-teller.ts'
import type { TradingSession } from './trading-session.ts'
import { within } from './within.ts'

export interface ExchangeOptions {
  readonly database: Database
  readonly bus: CommandBus
  readonly broadcast: Broadcast<MarketFrame>
  readonly instruments: readonly ListedInstrument[]
  readonly clock: Clock
  readonly log: Logger
  /** Names this process in the lease. */
  readonly holder: string
  /** For a market that begins anew. */
  readonly seed: number
  /** Liveliness of simulated quotes: 1 is some 77 events a second and instrument. */
  readonly live: number
  readonly rates: RateLimits
  readonly maxOpenOrdersPerInstrument: number
}

/** A batch takes what has arrived, at most so many commands, and waits for no timer. */
const BATCH_COMMANDS_MAX = 256
/** After the database refused a batch, so many commands are committed one by one, to find the one it refuses. */
const CAUTIOUS_COMMANDS = 2 * BATCH_COMMANDS_MAX
/** The simulator's state is saved at least so often. */
const SAVE_MS = 1_000
const RETRY_MS = 250
/** A market that has caught up so far takes commands. */
const OPEN_BEHIND_MS_MAX = 500
/** A reading of the state that takes longer hangs on a dead link. */
const RECOVERY_READ_MS_MAX = 20_000
/** Defects in a row, without a batch between, before the market is given up for an operator to look at. */
const DEFECTS_MAX = 5

/** A batch between its sending and its answer. */
interface InFlight {
  readonly number: number
  readonly open: OpenBatch
  readonly entries: readonly string[]
  readonly settled: Promise<void>
}

/** What ended a stretch of leading: the operator, a split, after which all in memory is out of date, or what went wrong. */
type End =
  { readonly kind: 'stopped' } | { readonly kind: 'split' } | { readonly kind: 'fault'; readonly error: unknown }

/**
 * The exchange's loop: the single writer. It leads while it holds the lease; time and commands come in, batches go to
 * the journal, and what is said of a batch leaves after its commit. While one batch commits the next is filled, never
 * more than one ahead.
 */
export class Exchange implements AsyncDisposable {
  readonly #options: ExchangeOptions
  readonly #journal: Journal
  readonly #history: History
  readonly #bars: Bars
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  readonly #leading = Promise.withResolvers<undefined>()
  readonly #condemned = new Set<string>()
  readonly #rates: AccountRates
  readonly #status: StatusTeller
  #wake = Promise.withResolvers<undefined>()
  #inFlight: InFlight | undefined
  #fault: { readonly error: unknown } | undefined
  #batch = 0
  #savedAtMs = 0
  #cautious = 0
  #defects = 0

  private constructor(options: ExchangeOptions) {
    this.#options = options
    this.#journal = new Journal(options.database.commits)
    this.#history = new History(options.database.queries)
    this.#bars = new Bars(options.database.queries)
    this.#rates = new AccountRates(options.rates)
    this.#status = new StatusTeller(options)
    this.#running = this.#run()
    // A failure is told through `leading` or `ended`.
    this.#running.catch((error: unknown) => this.#leading.reject(error))
  }

  /** Starts the loop; `leading` tells when it takes commands. */
  static start(options: ExchangeOptions): Exchange {
    return new Exchange(options)
  }

  /** Resolves when this process leads for the first time. */
  get leading(): Promise<unknown> {
    return this.#leading.promise
  }

  /** Resolves when the loop has stopped; rejects when it gave the market up. */
  get ended(): Promise<void> {
    return this.#running
  }

  /** Commits what has been applied, gives the lease up and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    this.#wake.resolve(undefined)
    await this.#running.catch(() => undefined) // told through `ended`
  }

  async #run(): Promise<void> {
    const { database, holder, log } = this.#options
    while (!this.#isStopping) {
      let lease: Lease
      try {
        const { signal } = this.#stopping
        lease = await acquireLease({ connection: database.lease, holder, logger: log, signal, onLost: this.#onLost })
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        throw error
      }
      log.info({ epoch: lease.epoch }, 'exchange: leads')
      try {
        await this.#leadWhileHeld(lease)
      } finally {
        await lease.release()
      }
    }
  }

  /** Recovers and leads, again after each fault, until stopped or fenced off. */
  async #leadWhileHeld(lease: Lease): Promise<void> {
    const { log } = this.#options
    for (;;) {
      const end = await this.#recoverAndLead(lease)
      if (end.kind === 'stopped') return
      if (end.kind === 'split') {
        if (!(await this.#settleDoubt(lease))) return
        continue
      }
      if (end.error instanceof Fenced || lease.state === 'lost') {
        log.warn({ err: end.error }, 'exchange: another leads')
        // What becomes of a commit in flight is the successor's to say; but it must not reach into what is led next.
        await this.#inFlight?.settled
        this.#inFlight = undefined
        return
      }
      if (this.#isStopping && this.#inFlight === undefined) return
      log.error({ err: end.error }, 'exchange: recovers from a fault')
      this.#noteDefect(end.error)
      if (!(await this.#settleDoubt(lease))) return
    }
  }

  async #recoverAndLead(lease: Lease): Promise<End> {
    try {
      await using market = await this.#assemble(lease)
      const end = await this.#lead(lease, market).catch((error: unknown): End => ({ kind: 'fault', error }))
      // Before anything that takes time: gateways then refuse at once what would only wait.
      if (end.kind !== 'stopped') this.#status.degraded(lease.epoch)
      return end
    } catch (error) {
      this.#status.degraded(lease.epoch)
      await this.#pause()
      return { kind: 'fault', error }
    }
  }

  async #assemble(lease: Lease): Promise<AssembledMarket> {
    const market = await assembleMarket({
      ...this.#options,
      epoch: lease.epoch,
      history: this.#history,
      bars: this.#bars,
      accountRates: this.#rates,
      condemned: this.#condemned,
      signal: this.#stopping.signal,
      arrived: this.#arrived,
      failed: (error) => this.#fail(error),
    })
    this.#batch = market.lastBatch
    this.#fault = undefined
    return market
  }

  /** The loop itself. */
  async #lead(lease: Lease, { session, desk, intake, catchUpMaxMs }: AssembledMarket): Promise<End> {
    this.#savedAtMs = 0
    let isOpen = false
    for (;;) {
      await this.#nextTurn(session)
      if (this.#fault !== undefined) return { kind: 'fault', error: this.#fault.error }
      if (!this.#isStopping) {
        session.isDegraded = this.#status.isDegraded
        session.advance(isOpen ? CATCH_UP_MAX_MS : catchUpMaxMs)
        desk.takeUp(this.#commandsMax)
      }
      if (this.#inFlight !== undefined) continue
      if (this.#savedAtMs === Infinity) return { kind: 'stopped' }
      if (session.isOver && session.open.isEmpty) return { kind: 'split' }
      this.#seal(lease, session, intake)
      if (!isOpen && session.behindMs < OPEN_BEHIND_MS_MAX) {
        isOpen = true
        this.#leading.resolve(undefined)
      }
      if (isOpen) this.#sayOpen(lease, session)
    }
  }

  /** While a commit takes too long the market stays degraded; its answer ends that. */
  #sayOpen({ epoch }: Lease, { haltMessage }: TradingSession): void {
    const waits = this.#inFlight !== undefined && this.#status.isDegraded
    if (!waits) this.#status.open(epoch, haltMessage)
  }

  /** Waits for a command, the next quantum or the end of a commit, whichever is first; lets I/O have its turn. */
  async #nextTurn(session: TradingSession): Promise<void> {
    const cancel = this.#options.clock.after(session.untilQuantumMs, () => this.#wake.resolve(undefined))
    await this.#wake.promise
    cancel()
    this.#wake = Promise.withResolvers()
    await new Promise(setImmediate)
  }

  /** Closes the open batch: commits it when it has rows, or when a second is over; else says at once what it has to say. */
  #seal(lease: Lease, session: TradingSession, intake: Intake): void {
    const { open } = session
    const isSaveDue = this.#isStopping || open.mustSave || session.timeMs - this.#savedAtMs >= SAVE_MS
    // Without a fresh lease only a commit can show that this process still leads.
    const mustCommit = open.hasRows || isSaveDue || lease.state !== 'held'
    if (!mustCommit && open.isEmpty) return
    session.beginBatch()
    if (!mustCommit) {
      this.#release(open)
      return
    }
    if (isSaveDue) this.#savedAtMs = this.#isStopping ? Infinity : session.timeMs
    const number = this.#batch + 1
    const batch = open.toCommit({
      epoch: lease.epoch,
      batch: number,
      streamPosition: intake.position,
      timeMs: session.timeMs,
      ...(isSaveDue && { simulator: session.save() }),
    })
    this.#cautious = Math.max(0, this.#cautious - open.commands)
    const answered = this.#status.watchCommit(lease.epoch)
    const settled = this.#journal.commit(batch).then(
      () => {
        answered(this.#fault === undefined)
        this.#batch = number
        this.#defects = 0
        this.#inFlight = undefined
        // Before anything is said, which takes a while: Postgres works meanwhile.
        this.#sealNext(lease, session, intake)
        this.#release(open)
        this.#options.bus.trim(batch.streamPosition)
        this.#wake.resolve(undefined)
      },
      (error: unknown) => {
        answered(false)
        this.#fail(error)
      },
    )
    this.#inFlight = { number, open, entries: open.entries, settled }
  }

  /** Seals what has gathered while a batch was committed. What goes wrong there is no fault of the batch that was. */
  #sealNext(lease: Lease, session: TradingSession, intake: Intake): void {
    if (this.#fault !== undefined || !session.open.hasRows) return
    try {
      this.#seal(lease, session, intake)
    } catch (error) {
      this.#fail(error)
    }
  }

  /**
   * After a fault: takes the next epoch, which waits for a commit in doubt, and looks whether it was written. If so, what
   * was held back is said; if not, its commands are read again, and their senders see only delay.
   * @returns whether this process still leads
   */
  async #settleDoubt(lease: Lease): Promise<boolean> {
    const { database, log } = this.#options
    await this.#inFlight?.settled
    const doubtful = this.#inFlight
    this.#inFlight = undefined
    for (;;) {
      try {
        if (!(await lease.fenceSelf())) return false
        const last = await within(RECOVERY_READ_MS_MAX, readLastBatch(database.queries))
        if (last.batch < this.#batch) {
          throw new MarketGivenUp(`batch ${this.#batch} was acknowledged, but the database ends at ${last.batch}`)
        }
        if (doubtful !== undefined && last.batch === doubtful.number) this.#release(doubtful.open)
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

  /** Says what a batch held back. What a receiver makes of it is no reason to keep it from the others. */
  #release(open: OpenBatch): void {
    open.release((error) => this.#options.log.error({ err: error }, 'exchange: a defect of who was told'))
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(RETRY_MS, resolve))
  }

  /** Commands that a defect points at are answered INTERNAL and never tried again. */
  #noteDefect(error: unknown): void {
    if (!isDefect(error)) return
    this.#defects += 1
    if (this.#defects > DEFECTS_MAX) {
      throw new MarketGivenUp('the market meets one defect after the other', { cause: error })
    }
    if (error instanceof CommandDefect) {
      this.#condemned.add(entryKey(error.entry))
      return
    }
    const entries = this.#inFlight?.entries ?? []
    const [only] = entries
    if (only !== undefined && entries.length === 1) this.#condemned.add(only)
    this.#cautious = CAUTIOUS_COMMANDS
  }

  readonly #arrived = (): void => this.#wake.resolve(undefined)
  readonly #onLost = (): void => this.#fail(new Fenced('the lease is lost'))

  #fail(error: unknown): void {
    this.#fault ??= { error }
    this.#wake.resolve(undefined)
  }

  get #commandsMax(): number {
    return this.#cautious > 0 ? 1 : BATCH_COMMANDS_MAX
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }
}

/** The loop cannot go on by itself: the process ends with an error, for its supervisor and an operator to see. */
export class MarketGivenUp extends Error {
  override readonly name = 'MarketGivenUp'
}

/** Ours to mend, as opposed to a database or network that is away. */
const isDefect = (error: unknown): boolean =>
  error instanceof CommandDefect ||
  error instanceof Refused ||
  error instanceof AssertionError ||
  error instanceof TypeError ||
  error instanceof RangeError
