import { AsyncLocalStorage } from 'node:async_hooks'
import { Chance } from './chance.ts'
import { Process } from './process.ts'
import { type Planned, Timeline } from './timeline.ts'
import { Trace } from './trace.ts'

const realImmediate = setImmediate
/** So many steps are lined up at once: between two of them Node empties its queue of microtasks. */
const STEPS_A_TURN = 256
const MS = 1_000
/** No command lives so long. */
const STEADY_MS = 10_000

const owners = new AsyncLocalStorage<Process | undefined>()

/** What does not hold, and when it was seen. */
export interface Violation {
  readonly rule: string
  readonly found: string
  readonly atMs: number
}

/** One history: its time, its chance, its processes, and what was seen of it. */
export class World {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly trace: Trace
  readonly violations: Violation[] = []
  /** True wall time at the beginning, in ms. */
  readonly beginMs: number
  #processes = 0
  #clockSetAtMs = -Infinity

  constructor(options: { seed: number; beginMs: number; isTold: boolean }) {
    this.chance = new Chance(options.seed)
    this.timeline = new Timeline(this.chance.fork())
    this.trace = new Trace(options.isTold)
    this.beginMs = options.beginMs
  }

  /** Since the beginning. */
  get nowMs(): number {
    return this.timeline.nowUs / MS
  }

  /** True wall time in whole ms, which no process knows. */
  get trueMs(): number {
    return this.beginMs + Math.floor(this.timeline.nowUs / MS)
  }

  spawn(name: string, clockOffsetMs = 0): Process {
    return new Process(name, (this.#processes += 1), clockOffsetMs)
  }

  /** To be called when somebody's clock leaps: what was dated by it before is dropped, or expires early. */
  clockWasSet(): void {
    this.#clockSetAtMs = this.nowMs
  }

  /** Whether nothing is left that was dated by another time. */
  get isClockSteady(): boolean {
    return this.nowMs - this.#clockSetAtMs > STEADY_MS
  }

  /** Whose code runs now. */
  get current(): Process | undefined {
    return owners.getStore()
  }

  /** Runs as a process, now. */
  as<Result>(process: Process, run: () => Result): Result {
    return owners.run(process, run)
  }

  /** Plans for a process, or for the world itself. */
  after(ms: number, owner: Process | undefined, run: () => void): Planned {
    return this.timeline.plan(ms * MS, owner, run)
  }

  stop(process: Process): void {
    process.isStopped = true
  }

  /** What came meanwhile follows at once, in its order. */
  goOn(process: Process): void {
    if (!process.isStopped) return
    process.isStopped = false
    for (const { run } of process.held.splice(0)) this.timeline.plan(1, process, run)
  }

  note(text: string): void {
    this.trace.note(this.nowMs, owners.getStore()?.name ?? '-', text)
  }

  violate(rule: string, found: string): void {
    this.note(`VIOLATION ${rule}: ${found}`)
    this.violations.push({ rule, found, atMs: this.nowMs })
  }

  /** Lets things happen until `isOver`, or until nothing is left to happen. */
  run(isOver: () => boolean): Promise<void> {
    const over = Promise.withResolvers<undefined>()
    let isDone = false
    const step = () => {
      if (isDone) return
      try {
        const next = isOver() ? undefined : this.timeline.take()
        if (next === undefined) {
          isDone = true
          over.resolve(undefined)
        } else this.#happen(next)
      } catch (error) {
        isDone = true
        over.reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const turn = () => {
      if (isDone) return
      for (let i = 1; i < STEPS_A_TURN; i++) realImmediate(step)
      realImmediate(turn)
    }
    turn()
    return over.promise
  }

  #happen(planned: Planned): void {
    const { owner } = planned
    if (owner === undefined) planned.run()
    else if (!owner.isAlive) return
    else if (owner.isStopped) owner.held.push(planned)
    else owners.run(owner, planned.run)
  }
}
