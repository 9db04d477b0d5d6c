import type { Planned } from './timeline.ts'

/**
 * One life of one process: what it plans is dropped once it has been killed, and held back while it is stopped. A
 * restart is another process.
 */
export class Process {
  readonly name: string
  readonly number: number
  /** Its wall clock less the true time. */
  clockOffsetMs: number
  isAlive = true
  /** What came while it was stopped. */
  readonly held: Planned[] = []
  isStopped = false
  /** How many more calls to the outside it lives to make; the one after it never returns. */
  #callsLeft = Infinity
  readonly #ends: (() => void)[] = []

  constructor(name: string, number: number, clockOffsetMs: number) {
    this.name = name
    this.number = number
    this.clockOffsetMs = clockOffsetMs
  }

  /** What else is to be closed when it dies: its connections, as the other ends see them. */
  onEnd(end: () => void): void {
    if (this.isAlive) this.#ends.push(end)
    else end()
  }

  kill(): void {
    if (!this.isAlive) return
    this.isAlive = false
    this.held.length = 0
    for (const end of this.#ends.splice(0)) end()
  }

  /** Dies at one of its next calls to the outside, between any two awaits. */
  killAfterCalls(calls: number): void {
    this.#callsLeft = calls
  }

  /** To be asked before each effect on the outside. @returns false when it has none, since the process is dead */
  mayCall(): boolean {
    if (!this.isAlive) return false
    this.#callsLeft -= 1
    if (this.#callsLeft >= 0) return true
    this.kill()
    return false
  }
}
