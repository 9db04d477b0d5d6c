import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import type { ListedInstrument } from '../../instruments.ts'
import { FollowedState } from '../../journal/follow.ts'
import { type JournalState, readState } from '../../journal/recovery.ts'
import type { Clock } from '../clock.ts'
import { FaultLog } from './fault-log.ts'
import { rehearse } from './warm-up.ts'
import { readSavedMarket } from '../market/saved-market.ts'
import { within } from '../../within.ts'

/** How often a standby reads what the leader has written. */
const FOLLOW_MS = 200
/**
 * If the last look has not ended this long after the lead was taken, its connection is dead: another session reads
 * everything.
 */
const LAST_LOOK_MS_MAX = 1_000

interface StandbyParts {
  readonly database: Database
  readonly instruments: readonly ListedInstrument[]
  readonly liveness: number
  readonly maxOpenOrdersPerInstrument: number
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Keeps a process that waits for the lease ready to lead: it follows the journal, keeps its commit session open, and
 * has rehearsed a take-over. Only the latest changes remain to be read.
 */
export class Standby implements AsyncDisposable {
  readonly #parts: StandbyParts
  readonly #faults: FaultLog
  /** Discarded once the process leads: from then on the state is in the engine. */
  #followed: FollowedState | undefined
  #following: Promise<void> = Promise.resolve()
  #cancel: () => void
  #isWarm = false
  #batch: number | undefined
  #lagBatches = 0
  #isOver = false

  private constructor(parts: StandbyParts) {
    this.#parts = parts
    this.#faults = new FaultLog(parts.log)
    this.#followed = new FollowedState({ queries: parts.database.queries, log: parts.log })
    this.#cancel = this.#later()
  }

  /** Its first look is delayed: a process that leads at once would read everything twice. */
  static start(parts: StandbyParts): Standby {
    return new Standby(parts)
  }

  /** The batch that it has followed to; undefined before its first look. */
  get batch(): number | undefined {
    return this.#batch
  }

  /** The number of new batches at its last look. */
  get lagBatches(): number {
    return this.#lagBatches
  }

  /** Whether it could lead at once. */
  get isWarm(): boolean {
    return this.#isWarm
  }

  /**
   * The state of the last batch, for the holder of the lease. Has no time limit: reading a large state takes long, and
   * the pool ends a session that does not respond.
   * @throws when the database does not answer: try again
   */
  async state(): Promise<JournalState> {
    const { database, log } = this.#parts
    this.#stop()
    const followed = this.#followed
    this.#followed = undefined
    const isIdle = await within(LAST_LOOK_MS_MAX, this.#following).then(
      () => true,
      () => false,
    )
    if (followed !== undefined && isIdle) {
      log.info({ batch: followed.batch }, 'exchange: takes over from what it has followed')
      return followed.read()
    }
    return readState(database.queries)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop()
    this.#followed = undefined
    await within(LAST_LOOK_MS_MAX, this.#following).catch(() => undefined) // its sessions are closed with the database
  }

  #stop(): void {
    this.#isOver = true
    this.#cancel()
  }

  #later(): () => void {
    return this.#parts.clock.after(FOLLOW_MS, () => {
      this.#following = this.#look().finally(() => {
        if (!this.#isOver) this.#cancel = this.#later()
      })
    })
  }

  async #look(): Promise<void> {
    const { database } = this.#parts
    try {
      // Opened again if it was lost; the journal prepares it for its epoch.
      await Promise.all([this.#followed?.follow(), database.commits.session()])
      this.#noteBatch(this.#followed?.batch)
      if (!this.#isWarm) await this.#warmUp()
    } catch (error) {
      this.#faults.lag(error, this.#parts.clock.now())
    }
  }

  #noteBatch(batch: number | undefined): void {
    if (batch === undefined) return
    this.#lagBatches = batch - (this.#batch ?? batch)
    this.#batch = batch
  }

  async #warmUp(): Promise<void> {
    const state = await this.#followed?.read()
    // If nobody has led yet, a first history must be generated.
    if (state?.simulator === undefined) return
    await rehearse({ ...this.#parts, state, saved: readSavedMarket(state.simulator), isOver: () => this.#isOver })
    this.#isWarm = !this.#isOver
  }
}
