import type { Process } from '../world/process.ts'
import type { World } from '../world/world.ts'
import { PgError } from './pg-error.ts'
import { answerTo, type Given, nameOf } from './statements.ts'
import { type CommitCall, commitCallOf, type Tables } from './tables.ts'

/** Roles of db/migrations/0005: what a statement of a commit, and of the lease's session, may take. */
const COMMIT_MS_MAX = 1_500
const LEASE_LOCK_MS_MAX = 3_000
const LEASE_MS = 2_000
/** A backend looks so often whether its client is still there. */
const CLIENT_CHECK_MS = 500

export interface Query {
  readonly name?: string
  readonly text: string
  readonly values?: readonly unknown[]
}
export type Outcome = { readonly rows: Given[] } | { readonly error: Error }

/** What is to become of a commit. */
export type CommitFault =
  /** Done, but nobody is told: the link breaks under the answer. */
  | { readonly kind: 'answer lost' }
  /** The link breaks under the call: it never arrives. */
  | { readonly kind: 'call lost' }
  /** The call hangs in the network. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Postgres works on it so long. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The link breaks while Postgres is at work, for so long. */
  | { readonly kind: 'cut at work'; readonly ms: number }
  /** The answer hangs in the network. */
  | { readonly kind: 'late answer'; readonly ms: number }

/** What a plant may change of Postgres: see test/sim/planted. */
export interface PostgresPlant {
  /** The epoch of a commit is not compared, and nothing waits for it. */
  readonly noFence?: boolean
  /** Raising one's own epoch does not wait for the commit in doubt. */
  readonly fenceWithoutWaiting?: boolean
  /** A commit is answered when it arrives, and done afterwards. */
  readonly answerFirst?: boolean
  /** Changes what is committed. */
  readonly rewrite?: (call: CommitCall) => CommitCall
}

/** What the judge hears of a commit, as it becomes visible. */
export interface PostgresObserver {
  committed(call: CommitCall, leaseEpoch: number): void
}

/** One connection, as both ends see it. */
export interface Session {
  readonly number: number
  readonly process: Process
  application: string
  /** As the client sees it. */
  isOpen: boolean
  /** As Postgres sees it. */
  isServed: boolean
  readonly queue: { query: Query; settle: (outcome: Outcome) => void; fault: CommitFault | undefined }[]
  isBusy: boolean
  /** Rolls back what runs. */
  abort: ((error: Error) => void) | undefined
  readonly locks: Set<number>
  /** Holds the shared lock that says so. */
  isStandby: boolean
  listens: boolean
  lastArrivalMs: number
  lastAnswerMs: number
  /** Tells the client that the link is gone. */
  readonly broken: (error: Error) => void
  /** Tells the client of a notification. */
  readonly heard: () => void
}

/** A statement at work. */
interface Running {
  readonly session: Session
  readonly query: Query
  readonly fault: CommitFault | undefined
  readonly done: (outcome: Outcome) => void
  /** Its session was ended meanwhile. */
  readonly isOver: () => boolean
}

/** What Postgres 18 does for the journal and the lease, with the locks that matter. */
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
  /** Reads take so much longer. */
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

  /** The next commit that is sent meets this. */
  expect(fault: CommitFault): void {
    this.#faults.push(fault)
  }

  /** Stops at once, as by kill -9, and comes back. */
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

  /** The links of a process break; what has arrived goes on. */
  cut(process: Process): void {
    for (const session of [...this.#sessions]) {
      if (session.process !== process) continue
      this.#break(session)
      this.#arriveAfter(session, this.#latencyMs(), () => this.#end(session))
    }
  }

  /** @returns undefined when it cannot be reached */
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

  /** The client hangs up. What it sent before still arrives, and what runs goes on until its client is missed. */
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

  /** A read of the pool: of one moment, whatever it asks for. */
  read(name: string, parameters: Readonly<Record<string, unknown>>, tables = this.tables): Given[] {
    return answerTo(name, parameters, tables)
  }

  /** In the order it was sent in. */
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
          if (this.lease.epoch !== epoch) {
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
        if (this.lease.epoch === epoch) this.lease.expiresAtMs = this.#world.trueMs + LEASE_MS
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

  /** One autocommit call: the fence at its beginning, its rows at its end, and the lease's row shared in between. */
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
    // Told before it is done: what comes of it is nobody's business then.
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

  /** Its commit is over: whoever waits for the lease's row looks again. */
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

  /** Postgres is done with a session: its locks go, and what it runs ends when it is next looked after. */
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
