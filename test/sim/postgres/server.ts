import type { Process } from '../world/process.ts'
import type { World } from '../world/world.ts'
import { PgError } from './pg-error.ts'
import { answerTo, type Given, nameOf } from './statements.ts'
import { type CommitCall, commitCallOf, type Tables } from './tables.ts'

/** Timeouts of a commit (the role's, see db/migrations/0005) and of the lease's session. */
const COMMIT_MS_MAX = 1_500
const LEASE_LOCK_MS_MAX = 3_000
const LEASE_MS = 2_000
/** How often a backend checks whether its client is still connected. */
const CLIENT_CHECK_MS = 500

export interface Query {
  readonly name?: string
  readonly text: string
  readonly values?: readonly unknown[]
}
type Outcome = { readonly rows: Given[] } | { readonly error: Error }

/** The fault of a commit. */
export type CommitFault =
  /** It is executed, but the link breaks before the answer. */
  | { readonly kind: 'answer lost' }
  /** The link breaks before the call arrives. */
  | { readonly kind: 'call lost' }
  /** The call is delayed in the network. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Postgres takes this long. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The link breaks while Postgres executes it, which takes this long. */
  | { readonly kind: 'cut at work'; readonly ms: number }
  /** The answer is delayed in the network. */
  | { readonly kind: 'late answer'; readonly ms: number }

/** Behavior of Postgres that a planted bug may change: see test/sim/planted. */
export interface PostgresPlant {
  /** The epoch of a commit is not compared, and nothing waits for it. */
  readonly noFence?: boolean
  /** Raising one's own epoch does not wait for the commit in doubt. */
  readonly fenceWithoutWaiting?: boolean
  /** A commit is answered when it arrives, and executed afterwards. */
  readonly answerFirst?: boolean
  /** Changes what is committed. */
  readonly rewrite?: (call: CommitCall) => CommitCall
}

/** A commit as reported to the judge when it becomes visible. */
interface PostgresObserver {
  committed(call: CommitCall, leaseEpoch: number): void
}

/** One connection, with the state of both ends. */
export interface Session {
  readonly number: number
  readonly process: Process
  application: string
  /** State at the client. */
  isOpen: boolean
  /** State at Postgres. */
  isServed: boolean
  readonly queue: { query: Query; settle: (outcome: Outcome) => void; fault: CommitFault | undefined }[]
  isBusy: boolean
  /** Rolls back the running statement. */
  abort: ((error: Error) => void) | undefined
  readonly locks: Set<number>
  /** Whether it holds the shared lock that announces a standby. */
  isStandby: boolean
  listens: boolean
  lastArrivalMs: number
  lastAnswerMs: number
  /** Notifies the client that the link has broken. */
  readonly broken: (error: Error) => void
  /** Delivers a notification to the client. */
  readonly heard: () => void
}

/** A running statement. */
interface Running {
  readonly session: Session
  readonly query: Query
  readonly fault: CommitFault | undefined
  readonly done: (outcome: Outcome) => void
  /** Its session has been ended meanwhile. */
  readonly isOver: () => boolean
}

/** A fake of Postgres 18 for the journal and the lease, including the relevant locks. */
export class PostgresServer {
  readonly #world: World
  readonly #plant: PostgresPlant
  readonly #observer: PostgresObserver
  readonly tables: Tables
  readonly lease = { epoch: 0, holder: null as string | null, expiresAtMs: -Infinity }
  readonly #sessions = new Set<Session>()
  /** Sessions whose commit holds the lease's row KEY SHARE. */
  readonly #sharers = new Set<Session>()
  readonly #waiting: { look: () => void }[] = []
  readonly #faults: CommitFault[] = []
  #isUp = true
  /** Additional duration of reads. */
  readDelayMs = 0
  #numbers = 0

  constructor(parts: { world: World; tables: Tables; plant: PostgresPlant; observer: PostgresObserver }) {
    this.#world = parts.world
    this.tables = parts.tables
    this.#plant = parts.plant
    this.#observer = parts.observer
    this.lease.epoch = parts.tables.last.epoch
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Sets the fault of the next commit. */
  expect(fault: CommitFault): void {
    this.#faults.push(fault)
  }

  /** Stops immediately, like kill -9, and restarts. */
  crash(forMs: number): void {
    this.#isUp = false
    for (const session of [...this.#sessions]) {
      session.abort?.(new PgError('57P01', 'terminating connection due to administrator command'))
      this.#end(session)
      this.#break(session)
    }
    this.#world.after(forMs, undefined, () => {
      this.#isUp = true
      this.#world.note('postgres is back')
    })
  }

  /** Breaks the links of a process; statements that have arrived continue. */
  cut(process: Process): void {
    for (const session of [...this.#sessions]) {
      if (session.process !== process) continue
      this.#break(session)
      this.#arriveAfter(session, this.#latencyMs(), () => this.#end(session))
    }
  }

  /** @returns undefined if it cannot be reached */
  open(
    process: Process,
    application: string,
    { broken, heard }: { broken: (error: Error) => void; heard: () => void },
  ): Session | undefined {
    if (!this.#isUp) return undefined
    const session: Session = {
      number: (this.#numbers += 1),
      ...{ process, application, broken, isOpen: true, isServed: true, queue: [], isBusy: false, abort: undefined },
      ...{ isStandby: false, listens: false, heard },
      ...{ locks: new Set<number>(), lastArrivalMs: 0, lastAnswerMs: 0 },
    }
    this.#sessions.add(session)
    process.onEnd(() => this.close(session))
    return session
  }

  /** The client disconnects. Statements sent before still arrive, and a running one continues until the backend notices. */
  close(session: Session): void {
    if (!session.isOpen) return
    session.isOpen = false
    this.#arriveAfter(session, this.#latencyMs(), () => this.#end(session))
  }

  send(session: Session, query: Query, settle: (outcome: Outcome) => void): void {
    const fault = nameOf(query) === 'commitBatch' ? this.#faults.shift() : undefined
    if (fault !== undefined) this.#world.note(`postgres: a commit meets ${JSON.stringify(fault)}`)
    if (fault?.kind === 'call lost') {
      this.#world.after(this.#latencyMs(), undefined, () => {
        this.#end(session)
        this.#break(session)
      })
      return
    }
    const delayMs = this.#latencyMs() + (fault?.kind === 'late' ? fault.ms : 0)
    this.#arriveAfter(session, delayMs, () => {
      if (!session.isServed) return
      session.queue.push({ query, settle, fault })
      this.#serve(session)
    })
  }

  /** A read of the pool, from one snapshot. */
  read(name: string, parameters: Readonly<Record<string, unknown>>, tables = this.tables): Given[] {
    return answerTo(name, parameters, tables)
  }

  /** Runs statements in the order in which they were sent. */
  #arriveAfter(session: Session, ms: number, arrive: () => void): void {
    session.lastArrivalMs = Math.max(session.lastArrivalMs + 0.001, this.#world.nowMs + ms)
    this.#world.after(session.lastArrivalMs - this.#world.nowMs, undefined, arrive)
  }

  #serve(session: Session): void {
    if (session.isBusy) return
    const next = session.queue.shift()
    if (next === undefined) return
    session.isBusy = true
    const { query, fault } = next
    let isDone = false
    const done = (outcome: Outcome) => {
      if (isDone) return
      isDone = true
      session.isBusy = false
      session.abort = undefined
      this.#answer(session, outcome, next.settle, fault)
      this.#serve(session)
    }
    session.abort = (error) => done({ error })
    this.#world.after(this.#workMs(), undefined, () => {
      if (!isDone) this.#execute({ session, query, fault, done, isOver: () => isDone })
    })
  }

  #answer(
    session: Session,
    outcome: Outcome,
    settle: (outcome: Outcome) => void,
    fault: CommitFault | undefined,
  ): void {
    if (fault?.kind === 'answer lost') {
      this.#end(session)
      this.#break(session)
      return
    }
    const ms = this.#latencyMs() + (fault?.kind === 'late answer' ? fault.ms : 0)
    session.lastAnswerMs = Math.max(session.lastAnswerMs + 0.001, this.#world.nowMs + ms)
    this.#world.after(session.lastAnswerMs - this.#world.nowMs, session.process, () => {
      if (session.isOpen) settle(outcome)
    })
  }

  #execute({ session, query, fault, done, isOver }: Running): void {
    const [, application] = /SET application_name = '(.*)'/.exec(query.text) ?? []
    if (application !== undefined) session.application = application
    const name = nameOf(query)
    const values = query.values ?? []
    const epoch = Number(values[0])
    switch (name) {
      case undefined:
        if (query.text.startsWith('LISTEN ')) session.listens = true
        else if (!query.text.startsWith('SET ')) throw new Error(`postgres: the fake does not know: ${query.text}`)
        done({ rows: [] })
        break
      case 'commitBatch':
        this.#commit(session, commitCallOf(values as string[]), fault, done)
        break
      case 'readLease': {
        const { epoch: current, expiresAtMs, holder } = this.lease
        done({ rows: [{ epoch: BigInt(current), expired: expiresAtMs <= this.#world.trueMs, holder }] })
        break
      }
      case 'takeLease':
      case 'fenceSelf': {
        const take = () => {
          if (isOver()) return
          const isRenewed = name === 'takeLease' && values[3] === false && this.lease.expiresAtMs > this.#world.trueMs
          if (this.lease.epoch !== epoch || isRenewed) {
            done({ rows: [] })
            return
          }
          this.lease.epoch += 1
          this.lease.expiresAtMs = this.#world.trueMs + LEASE_MS
          if (name === 'takeLease') this.lease.holder = String(values[1])
          this.#world.note(`postgres: ${session.process.name} has epoch ${this.lease.epoch} (${name})`)
          done({ rows: [{ epoch: BigInt(this.lease.epoch) }] })
        }
        const waits = !(name === 'fenceSelf' && this.#plant.fenceWithoutWaiting === true)
        if (waits) this.#whenNobodyShares(take, done)
        else take()
        break
      }
      case 'renewLease':
        if (this.lease.epoch === epoch) this.lease.expiresAtMs = this.#world.trueMs + 1_000 * Number(values[1])
        done({ rows: this.lease.epoch === epoch ? [{ epoch: BigInt(epoch) }] : [] })
        break
      case 'releaseLease':
        if (this.lease.epoch === epoch) {
          Object.assign(this.lease, { holder: null, expiresAtMs: -Infinity })
          this.#notify('valiant_lease')
        }
        done({ rows: [] })
        break
      case 'tryLock':
        done({ rows: [{ locked: this.#lock(session, epoch) }] })
        break
      case 'unlock':
        done({ rows: [{ pg_advisory_unlock: session.locks.delete(epoch) }] })
        break
      case 'announceStandby':
        session.isStandby = true
        done({ rows: [{ locked: true }] })
        break
      case 'withdrawStandby':
        session.isStandby = false
        done({ rows: [{}] })
        break
      case 'findStandby':
        done({ rows: [{ found: [...this.#sessions].some(({ isStandby }) => isStandby) }] })
        break
      case 'endCommits':
        for (const other of [...this.#sessions]) {
          if (other.application !== `valiant-commit-${epoch}`) continue
          other.abort?.(new PgError('57P01', 'terminating connection due to administrator command'))
          this.#end(other)
          this.#break(other)
        }
        done({ rows: [] })
        break
      default:
        done({ rows: answerTo(name, {}, this.tables) })
    }
  }

  #notify(channel: string): void {
    this.#world.note(`postgres: NOTIFY ${channel}`)
    for (const session of this.#sessions) {
      if (!session.listens) continue
      session.lastAnswerMs = Math.max(session.lastAnswerMs + 0.001, this.#world.nowMs + this.#latencyMs())
      this.#world.after(session.lastAnswerMs - this.#world.nowMs, session.process, () => {
        if (session.isOpen) session.heard()
      })
    }
  }

  #lock(session: Session, key: number): boolean {
    for (const other of this.#sessions) if (other !== session && other.locks.has(key)) return false
    session.locks.add(key)
    return true
  }

  /** One autocommit call: the epoch check at the start, the rows at the end, and a share lock on the lease's row in between. */
  #commit(session: Session, given: CommitCall, fault: CommitFault | undefined, done: (outcome: Outcome) => void): void {
    const plant = this.#plant
    const call = plant.rewrite?.(given) ?? given
    if (plant.noFence !== true && this.lease.epoch !== call.epoch) {
      done({ error: new PgError('VL001', `fenced: epoch ${call.epoch} does not have the lease`) })
      return
    }
    if (plant.noFence !== true) this.#sharers.add(session)
    const workMs = fault?.kind === 'slow' || fault?.kind === 'cut at work' ? fault.ms : this.#workMs()
    const finish = (outcome: () => Outcome) => {
      work.isOff = true
      limit.isOff = true
      const result = outcome()
      this.#share(session)
      done(result)
    }
    const work = this.#world.after(workMs, undefined, () => finish(() => this.#write(call)))
    const limit = this.#world.after(COMMIT_MS_MAX, undefined, () => {
      finish(() => ({ error: new PgError('25P04', 'terminating connection due to transaction timeout') }))
      this.#end(session)
      this.#break(session)
    })
    session.abort = (error) => finish(() => ({ error }))
    if (fault?.kind === 'cut at work') {
      this.#break(session)
      this.#end(session)
    }
    // The planted bug has already answered it, so the result is ignored.
    if (plant.answerFirst === true) done({ rows: [] })
  }

  #write(call: CommitCall): Outcome {
    try {
      this.tables.write(call)
    } catch (error) {
      if (error instanceof PgError) return { error }
      throw error
    }
    this.#observer.committed(call, this.lease.epoch)
    return { rows: [] }
  }

  /** After a commit: statements that wait for the lease's row try again. */
  #share(session: Session): void {
    this.#sharers.delete(session)
    if (this.#sharers.size > 0) return
    for (const { look } of this.#waiting.splice(0)) look()
  }

  #whenNobodyShares(go: () => void, done: (outcome: Outcome) => void): void {
    if (this.#sharers.size === 0) {
      go()
      return
    }
    const waiter = {
      look: () => {
        limit.isOff = true
        this.#whenNobodyShares(go, done)
      },
    }
    const limit = this.#world.after(LEASE_LOCK_MS_MAX, undefined, () => {
      const at = this.#waiting.indexOf(waiter)
      if (at < 0) return
      this.#waiting.splice(at, 1)
      done({ error: new PgError('55P03', 'canceling statement due to lock timeout') })
    })
    this.#waiting.push(waiter)
  }

  /** Ends a session: its locks are released, and its running statement ends at the next check. */
  #end(session: Session): void {
    if (!session.isServed) return
    session.isServed = false
    session.queue.length = 0
    const leave = () => {
      session.abort?.(new PgError('57P01', 'the client is gone'))
      session.locks.clear()
      session.isStandby = false
      this.#sessions.delete(session)
    }
    if (session.abort === undefined) leave()
    else this.#world.after(CLIENT_CHECK_MS, undefined, leave)
  }

  #break(session: Session): void {
    if (!session.isOpen) return
    session.isOpen = false
    this.#world.after(this.#latencyMs(), session.process, () =>
      session.broken(new Error('Connection terminated unexpectedly')),
    )
  }

  #latencyMs(): number {
    return this.#world.chance.between(0.05, 0.3)
  }

  #workMs(): number {
    return this.#world.chance.between(0.1, 0.8)
  }
}
