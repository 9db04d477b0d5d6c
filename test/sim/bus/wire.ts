import type { Process } from '../world/process.ts'
import type { World } from '../world/world.ts'

/** One end of a socket. */
interface End {
  readonly process: Process
  receive(...message: readonly unknown[]): void
  closed(): void
}

/** A socket between two processes, which keeps the order of messages or is cut. */
export class Wire {
  readonly #world: World
  readonly #ends: readonly [End, End]
  readonly #lastAtMs: [number, number] = [0, 0]
  /** Nothing passes until this time, and neither end knows. */
  #frozenUntilMs = 0
  #isOpen = true

  constructor(world: World, ends: readonly [End, End]) {
    this.#world = world
    this.#ends = ends
    for (const side of [0, 1] as const) ends[side].process.onEnd(() => this.close(side))
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** @param from the sending end */
  send(from: 0 | 1, ...message: readonly unknown[]): void {
    if (!this.#isOpen || !this.#ends[from].process.mayCall()) return
    const to = from === 0 ? 1 : 0
    this.#pass(to, () => {
      if (this.#isOpen) this.#ends[to].receive(...message)
    })
  }

  /** Closed by one end; the other notices after it has received everything sent before. */
  close(from: 0 | 1): void {
    if (!this.#isOpen) return
    const to = from === 0 ? 1 : 0
    this.#pass(to, () => {
      if (!this.#isOpen) return
      this.#isOpen = false
      this.#ends[to].closed()
    })
  }

  /** Cuts the socket: messages in flight are lost. */
  cut(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    for (const end of this.#ends) {
      this.#world.after(this.#world.chance.between(0.1, 50), end.process, () => end.closed())
    }
  }

  freeze(ms: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#world.nowMs + ms)
  }

  #pass(to: 0 | 1, arrive: () => void): void {
    const { nowMs, chance } = this.#world
    const atMs = Math.max(this.#lastAtMs[to] + 0.001, this.#frozenUntilMs, nowMs + chance.between(0.2, 2))
    this.#lastAtMs[to] = atMs
    this.#world.after(atMs - nowMs, this.#ends[to].process, arrive)
  }
}
