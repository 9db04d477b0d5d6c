import { AsyncLocalStorage } from 'node:async_hooks'
import { Chance } from './chance.ts'
import { Process } from './process.ts'
import { type Planned, Timeline } from './timeline.ts'
import { Trace } from './trace.ts'

const realImmediate = setImmediate
/** Number of steps that are queued at once; Node empties its microtask queue between them. */
const STEPS_A_TURN = 256
const MS = 1_000
/** Longer than any command lives. */
const STEADY_MS = 10_000

const owners = new AsyncLocalStorage<Process | undefined>()

/** A violated rule, and when it was found. */
export interface Violation {
  readonly rule: string
  readonly found: string
  readonly atMs: number
}

/** One history: its time, random generator, processes and results. */
export class World {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly trace: Trace
  readonly violations: Violation[] = []
  /** True wall time at the start, in ms. */
  readonly beginMs: number
  #processes = 0
  #clockSetAtMs = -Infinity

  constructor(options: { seed: number; beginMs: number; isTold: boolean }) {
    this.chance = new Chance(options.seed)
    this.timeline = new Timeline(this.chance.fork())
    this.trace = new Trace(options)
    this.beginMs = options.beginMs
  }

  /** Time since the start. */
  get nowMs(): number {
    return this.timeline.nowUs / MS
  }

  /** True wall time in whole ms, which processes do not know. */
  get trueMs(): number {
    return this.beginMs + Math.floor(this.timeline.nowUs / MS)
  }

  spawn(name: string, clockOffsetMs = 0): Process {
    return new Process(name, (this.#processes += 1), clockOffsetMs)
  }

  /** Must be called when a clock jumps: commands dated by it before may be dropped or expire early. */
  clockWasSet(): void {
    this.#clockSetAtMs = this.nowMs
  }

  /** Whether all commands dated by a clock before its jump are gone. */
  get isClockSteady(): boolean {
    return this.nowMs - this.#clockSetAtMs > STEADY_MS
  }

  /** The process whose code is running. */
  get current(): Process | undefined {
    return owners.getStore()
  }

  /** Runs code as a process, immediately. */
  as<Result>(process: Process, run: () => Result): Result {
    return owners.run(process, run)
  }

  /** Plans an event for a process, or for the world itself. */
  after(ms: number, owner: Process | undefined, run: () => void): Planned {
    return this.timeline.plan(ms * MS, owner, run)
  }

  stop(process: Process): void {
    process.isStopped = true
  }

  /** Resumes a process; events that were due meanwhile follow at once, in order. */
  goOn(process: Process): void {
    if (!process.isStopped) return
    process.isStopped = false
    for (const run of process.held.splice(0)) this.timeline.plan(1, process, run)
  }

  note(text: string): void {
    this.trace.note(this.nowMs, owners.getStore()?.name ?? '-', text)
  }

  violate(rule: string, found: string): void {
    this.note(`VIOLATION ${rule}: ${found}`)
    this.violations.push({ rule, found, atMs: this.nowMs })
  }

  /** Runs events until `isOver`, or until none is left. */
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
    else if (owner.isStopped) owner.held.push(planned.run)
    else owners.run(owner, planned.run)
  }
}
