/** A future time by both clocks: the monotonic one stops while the machine sleeps, the wall clock may be set back. */
export interface Moment {
  readonly wallMs: number
  readonly monotonicMs: number
}

/** @param wallMs the time by the current wall clock */
export function momentAt(wallMs: number): Moment {
  return { wallMs, monotonicMs: performance.now() + wallMs - Date.now() }
}

/** Whole milliseconds until then, by the clock that gives less; negative when it is past. */
export const msUntil = ({ wallMs, monotonicMs }: Moment): number =>
  Math.round(Math.min(wallMs - Date.now(), monotonicMs - performance.now()))

/** A process that was stopped looks no more, so it is counted in looks: what lay in its sockets meanwhile comes before many. */
const LOOKS = 300

/**
 * By how much this process's wall clock was set back lately: what others have dated by it before means so much earlier.
 * To be told some times a second.
 */
export class ClockStep {
  #looks = 0
  #highest = wallOverMonotonic()
  #highestBefore = -Infinity

  look(): void {
    this.#highest = Math.max(this.#highest, wallOverMonotonic())
    this.#looks += 1
    if (this.#looks < LOOKS) return
    this.#looks = 0
    this.#highestBefore = this.#highest
    this.#highest = wallOverMonotonic()
  }

  get ms(): number {
    return Math.max(0, Math.max(this.#highest, this.#highestBefore) - wallOverMonotonic())
  }
}

const wallOverMonotonic = (): number => Date.now() - performance.now()
