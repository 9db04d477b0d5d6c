import { setTimeout as delay } from 'node:timers/promises'
import type { Connection, DatabaseLogger } from '../../database/connection.ts'
import { sql } from '../../database/sql.ts'
import { isLockTimeout, run, tryLock, unlock } from './lease-session.ts'
import { StandbyPost } from './standby-post.ts'

/** How often a standby polls, with jitter so that two do not poll in step. */
const POLL_MS = 100
const POLL_JITTER_MS = 20
const RENEW_MS = 500
/** How often a process that released the lease checks whether another has taken it. */
const TAKEN_POLL_MS = 20
/** A renewal extends it by so much. A lease that was just taken runs as long. */
const RUNS_S = 2
/** While nothing is published that another leader could contradict. */
const LINGERS_S = 30
/**
 * This long after the start of its last successful renewal, the leader publishes nothing more. The lease itself runs
 * longer.
 */
const FRESH_MS = 1_500
/** Taking the lease waits for a commit in flight; a session that blocks it is terminated up to this many times. */
const TAKE_ATTEMPTS_MAX = 3

export interface LeaseOptions {
  /** `database.lease`, used by nobody else. */
  readonly connection: Connection
  /** Who asks, and its address: for people and for the hand-over. */
  readonly holder: string
  readonly address?: string
  readonly logger: DatabaseLogger
  /**
   * Called at most once, and not after `release`, when another process certainly leads: discard everything and stand
   * by.
   */
  readonly onLost?: () => void
  readonly signal?: AbortSignal
  /** Whether the standby could lead at once: only then does a leaving leader hand over to it. */
  readonly isWarm?: () => boolean
  /** For tests. */
  readonly clock?: LeaseClock
  /** For tests: how often it polls. */
  readonly pollMs?: number
}

/** Two clocks: the monotonic one stops while a laptop sleeps, the wall clock may be set back. */
interface LeaseClock {
  wallMs(): number
  monotonicMs(): number
}
const systemClock: LeaseClock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

/**
 * `held`: may publish and commit. `stale`: the session is gone, or no renewal succeeded for 1.5 s; publish nothing that
 * another leader could contradict until it is `held` again. `lost`: another process leads.
 */
type LeaseState = 'held' | 'stale' | 'lost'

/**
 * The right to lead. Safety comes from its epoch, which every commit carries; timing only makes a change of leader
 * fast.
 */
export interface Lease extends AsyncDisposable {
  /** Increases with `fenceSelf`. */
  readonly epoch: number
  readonly state: LeaseState
  /**
   * Call after a commit in doubt: takes the next epoch, which waits for the end of that commit, so that what is read
   * afterward is final.
   * @returns whether this process still leads; false is final, and `onLost` has been called
   * @throws when Postgres does not answer: try again
   */
  fenceSelf(): Promise<boolean>
  /**
   * Carries out work that must not be begun twice, before anything is led: meanwhile another process takes the lease only
   * when this one's session is gone, or has been silent for half a minute.
   */
  linger<Result>(work: () => Promise<Result>): Promise<Result>
  /** Whether a standby could take over at once. @throws when Postgres does not answer */
  hasStandby(): Promise<boolean>
  /** Releases it after the last commit: a waiting standby is notified and leads at once. */
  release(): Promise<void>
  /** After `release`: whether another process takes it within this time. Also false when Postgres does not answer. */
  isTakenWithin(withinMs: number): Promise<boolean>
}

/**
 * Waits as a standby until the lease is available, also while Postgres is unavailable.
 * @throws the signal's reason when it is aborted
 */
export async function acquireLease(options: LeaseOptions): Promise<Lease> {
  const { connection, logger, signal, isWarm, pollMs = POLL_MS } = options
  const post = new StandbyPost(connection)
  try {
    for (;;) {
      signal?.throwIfAborted()
      try {
        await post.keep({ isWarm: isWarm?.() ?? false })
        const taken = await tryTake(options)
        if (taken !== undefined) return new HeldLease(options, taken)
      } catch (cause) {
        logger.warn({ err: cause }, 'lease: it could not be read or taken; trying again')
        connection.destroy()
      }
      await post.pause(pollMs + (2 * Math.random() - 1) * POLL_JITTER_MS, signal)
    }
  } finally {
    await post.leave().catch(() => connection.destroy()) // its lock goes with the session
  }
}

interface LeaseRow {
  readonly epoch: bigint
  readonly expired: boolean
}

interface Taken {
  readonly epoch: number
  /** When the statement that took it began: its freshness counts from then. */
  readonly since: Moment
  /** The session that holds the epoch's advisory lock. */
  readonly session: number
}

async function tryTake(options: LeaseOptions): Promise<Taken | undefined> {
  const { connection, holder, address = '' } = options
  const clock = options.clock ?? systemClock
  const [lease] = await run<LeaseRow>(connection, sql.exchange.readLease)
  if (lease === undefined) throw new Error('lease: its row is missing')
  const epoch = Number(lease.epoch)
  // The lock of the holder's epoch is only available when its session is gone. This is a hint that makes a take-over
  // fast.
  const isGone = await tryLock(connection, epoch)
  if (isGone) await unlock(connection, epoch)
  if (!isGone && !lease.expired) return undefined
  // The next epoch's lock first: if it is not available, another standby is taking over.
  if (!(await tryLock(connection, epoch + 1))) return undefined
  for (let attempt = 1; ; attempt++) {
    const since = momentOf(clock)
    try {
      const [row] = await run(connection, sql.exchange.takeLease, [epoch, holder, address, isGone])
      if (row !== undefined) return { epoch: epoch + 1, since, session: (await connection.session()).number }
      await unlock(connection, epoch + 1)
      return undefined
    } catch (cause) {
      if (!isLockTimeout(cause) || attempt === TAKE_ATTEMPTS_MAX) throw cause
      await run(connection, sql.exchange.endCommits, [epoch])
    }
  }
}

class HeldLease implements Lease {
  readonly #options: LeaseOptions
  readonly #clock: LeaseClock
  #epoch: number
  #renewedAt: Moment
  #lost = false
  #released = false
  #runsS = RUNS_S
  #timer: NodeJS.Timeout
  /** Renewing and fencing take turns. */
  #turn: Promise<unknown> = Promise.resolve()
  /** The last lock taken, and its session. Advisory locks count how often they are taken, so it is taken once. */
  #locked: { epoch: number; session: number }

  constructor(options: LeaseOptions, { epoch, since, session }: Taken) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#epoch = epoch
    this.#renewedAt = since
    this.#locked = { epoch, session }
    this.#timer = setTimeout(() => void this.#keepRenewing(), RENEW_MS)
  }

  get epoch(): number {
    return this.#epoch
  }

  get state(): LeaseState {
    if (this.#lost || this.#released) return 'lost'
    // Without the session that has its lock, a standby may take over at once.
    if (this.#options.connection.openNumber !== this.#locked.session) return 'stale'
    const now = momentOf(this.#clock)
    const ageMs = Math.max(now.wallMs - this.#renewedAt.wallMs, now.monotonicMs - this.#renewedAt.monotonicMs)
    return ageMs <= FRESH_MS ? 'held' : 'stale'
  }

  async fenceSelf(): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.#lost || this.#released) return false
      const { connection } = this.#options
      const since = momentOf(this.#clock)
      try {
        await this.#lock(this.#epoch + 1)
        const [row] = await run(connection, sql.exchange.fenceSelf, [this.#epoch])
        if (row === undefined) {
          this.#lose()
          return false
        }
        await unlock(connection, this.#epoch)
      } catch (cause) {
        if (isLockTimeout(cause)) await run(connection, sql.exchange.endCommits, [this.#epoch])
        else connection.destroy()
        throw cause
      }
      this.#epoch += 1
      this.#renewedAt = since
      return true
    })
  }

  async linger<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#runsS = LINGERS_S
    try {
      await this.#inTurn(() => this.#renew())
      return await work()
    } finally {
      this.#runsS = RUNS_S // from the next renewal on
    }
  }

  async hasStandby(): Promise<boolean> {
    const [row] = await run<{ found: boolean }>(this.#options.connection, sql.exchange.findStandby)
    return row?.found === true
  }

  async isTakenWithin(withinMs: number): Promise<boolean> {
    const until = this.#clock.monotonicMs() + withinMs
    try {
      for (;;) {
        const [lease] = await run<LeaseRow>(this.#options.connection, sql.exchange.readLease)
        if (lease !== undefined && Number(lease.epoch) > this.#epoch) return true
        if (this.#clock.monotonicMs() > until) return false
        await delay(TAKEN_POLL_MS)
      }
    } catch (cause) {
      this.#options.logger.warn({ err: cause }, 'lease: could not check whether another process has taken it')
      return false
    }
  }

  async release(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#inTurn(async () => {
      clearTimeout(this.#timer)
      if (this.#released) return
      this.#released = true
      if (this.#lost) return
      const { connection, logger } = this.#options
      try {
        await run(connection, sql.exchange.releaseLease, [this.#epoch])
        await unlock(connection, this.#epoch)
      } catch (cause) {
        logger.warn({ err: cause }, 'lease: releasing it failed; it will expire')
      }
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  async #keepRenewing(): Promise<void> {
    await this.#inTurn(() => this.#renew())
    if (this.#lost || this.#released) return
    this.#timer = setTimeout(() => void this.#keepRenewing(), RENEW_MS)
  }

  async #renew(): Promise<void> {
    if (this.#lost || this.#released) return
    const { connection, logger } = this.#options
    const since = momentOf(this.#clock)
    try {
      const [row] = await run(connection, sql.exchange.renewLease, [this.#epoch, this.#runsS])
      if (row === undefined) {
        this.#lose()
        return
      }
      this.#renewedAt = since
      await this.#lock(this.#epoch)
    } catch (cause) {
      logger.warn({ err: cause }, 'lease: it could not be renewed; trying again')
      connection.destroy()
    }
  }

  /** A new session does not have the epoch's lock, without which every standby would consider the leader gone. */
  async #lock(epoch: number): Promise<void> {
    const { connection } = this.#options
    const session = (await connection.session()).number
    if (this.#locked.session === session && this.#locked.epoch === epoch) return
    if (await tryLock(connection, epoch)) this.#locked = { session, epoch }
  }

  #lose(): void {
    clearTimeout(this.#timer)
    this.#lost = true
    // The session's locks are released with it.
    this.#options.connection.destroy()
    this.#options.onLost?.()
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined) // the caller gets the error; it does not concern the next in turn
    return turn
  }
}

interface Moment {
  readonly wallMs: number
  readonly monotonicMs: number
}
const momentOf = (clock: LeaseClock): Moment => ({ wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() })
