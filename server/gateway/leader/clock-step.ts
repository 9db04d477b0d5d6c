/**
 * A future time by two clocks: the monotonic clock stops while the machine sleeps, and the wall clock may be set back.
 */
export interface Moment {
  readonly wallMs: number
  readonly monotonicMs: number
}

/** @param wallMs the time by the current wall clock */
export function momentAt(wallMs: number): Moment {
  return { wallMs, monotonicMs: performance.now() + wallMs - Date.now() }
}

/** Whole milliseconds until then, by whichever clock gives less; negative when it has passed. */
export const msUntil = ({ wallMs, monotonicMs }: Moment): number =>
  Math.round(Math.min(wallMs - Date.now(), monotonicMs - performance.now()))

/**
 * Measured in looks, not time: a stopped process does not look, so requests that waited in its sockets meanwhile are
 * read within the window.
 */
const LOOKS = 300

/**
 * How far this process's wall clock was recently set back. Times that others derived from the clock before the step
 * must be moved back by as much. `look` is called several times a second.
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
