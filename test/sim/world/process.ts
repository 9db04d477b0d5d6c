/**
 * One process: its planned events are dropped once it has been killed, and delayed while it is stopped. A restart creates
 * another process.
 */
export class Process {
  readonly name: string
  readonly number: number
  /** Offset of its wall clock from the true time. */
  clockOffsetMs: number
  isAlive = true
  /** What was due while it was stopped. */
  readonly held: (() => void)[] = []
  isStopped = false
  /** Number of external calls until it dies; the call after them never returns. */
  #callsLeft = Infinity
  readonly #ends: (() => void)[] = []

  constructor(name: string, number: number, clockOffsetMs: number) {
    this.name = name
    this.number = number
    this.clockOffsetMs = clockOffsetMs
  }

  /** Called when it dies, to close its connections for the other ends. */
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

  /** Kills it at one of its next external calls, so between any two awaits. */
  killAfterCalls(calls: number): void {
    this.#callsLeft = calls
  }

  /** Must be called before each external effect. @returns false if the process is dead and the effect must not happen */
  mayCall(): boolean {
    if (!this.isAlive) return false
    this.#callsLeft -= 1
    if (this.#callsLeft >= 0) return true
    this.kill()
    return false
  }
}
