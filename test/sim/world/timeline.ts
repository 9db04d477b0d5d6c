import type { Chance } from './chance.ts'
import type { Process } from './process.ts'

/** A planned event. */
export interface Planned {
  readonly atUs: number
  /** Events due at the same time happen in random order, but within a process in the order in which they were planned. */
  readonly tie: number
  readonly number: number
  /** The process of the event; undefined for the world itself. */
  readonly owner: Process | undefined
  readonly run: () => void
  isOff: boolean
}

const isBefore = (one: Planned, other: Planned): boolean => {
  if (one.atUs !== other.atUs) return one.atUs < other.atUs
  if (one.tie !== other.tie) return one.tie < other.tie
  return one.number < other.number
}

/** Virtual time: a heap of planned events. Time stands still during an event. */
export class Timeline {
  readonly #heap: Planned[] = []
  readonly #salt: number
  #numbers = 0
  nowUs = 0
  /** Number of events so far. */
  count = 0

  constructor(chance: Chance) {
    this.#salt = Math.floor(chance.next() * 4_294_967_296)
  }

  /** @param delayUs 0 or more */
  plan(delayUs: number, owner: Process | undefined, run: () => void): Planned {
    const atUs = this.nowUs + Math.max(0, Math.round(delayUs))
    const tie = this.#tieOf(atUs, owner?.number ?? 0)
    const planned = { atUs, tie, number: (this.#numbers += 1), owner, run, isOff: false }
    this.#push(planned)
    return planned
  }

  /** Removes and returns the next event, and advances time to it. */
  take(): Planned | undefined {
    for (;;) {
      const next = this.#pop()
      if (next?.isOff === true) continue
      if (next !== undefined) {
        this.nowUs = next.atUs
        this.count += 1
      }
      return next
    }
  }

  #tieOf(atUs: number, owner: number): number {
    let mixed = Math.imul(atUs ^ this.#salt, 0x9e3779b1) ^ Math.imul(owner + 1, 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
    return (mixed ^ (mixed >>> 13)) >>> 0
  }

  #push(planned: Planned): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(planned)
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = heap[parentAt]!
      if (!isBefore(planned, parent)) break
      heap[at] = parent
      at = parentAt
    }
    heap[at] = planned
  }

  #pop(): Planned | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let childAt = 2 * at + 1
      let child = heap[childAt]
      if (child === undefined) break
      const other = heap[childAt + 1]
      if (other !== undefined && isBefore(other, child)) {
        child = other
        childAt += 1
      }
      if (!isBefore(child, last)) break
      heap[at] = child
      at = childAt
    }
    heap[at] = last
    return first
  }
}
