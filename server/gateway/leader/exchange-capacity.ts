/** What is taken is answered in about so long; half of what a client waits for is left for what was not foreseen. */
const WAIT_MS_MAX = 1_000
/** So many may always wait: two full batches of the exchange, one that is committed and one that gathers. With fewer it would do less. */
const WAITING_MIN = 512
const BUSY_MIN = 32
/** Taken until it has been measured. */
const FIRST_PER_SECOND = 500
/** A look that is so long ago counts a third of a new one. */
const MEMORY_MS = 500
/** A leader that is being replaced answers nothing for a second: that says little of the next one. */
const SAMPLE_MS_MAX = 500

/**
 * How many requests may wait for the exchange. A queue that is longer than it can answer in time helps nobody: all that
 * come later wait, and end as TIMEOUT, of which nobody knows whether it was executed. What is refused before it is sent
 * is certain. How much the exchange answers is measured while it is busy.
 */
export class ExchangeCapacity {
  #perSecond = FIRST_PER_SECOND
  #answers = 0
  #sinceMs: number
  #wasBusy = false

  constructor(nowMs: number) {
    this.#sinceMs = nowMs
  }

  /** Beyond this a new request would probably wait too long. */
  get waitingMax(): number {
    return Math.max(WAITING_MIN, (this.#perSecond * WAIT_MS_MAX) / 1_000)
  }

  /** A request has been answered. */
  answered(): void {
    this.#answers += 1
  }

  /** @param waiting how many wait now; called some times a second */
  look(waiting: number, nowMs: number): void {
    // Nothing yet: the exchange answers a batch at a time.
    if (this.#answers === 0 && waiting > 0) return
    const ms = Math.min(SAMPLE_MS_MAX, nowMs - this.#sinceMs)
    const isBusy = waiting >= BUSY_MIN
    const perSecond = ms > 0 ? (1_000 * this.#answers) / ms : 0
    // What an exchange with little to do answers says nothing, unless it is more than was thought.
    if ((this.#wasBusy && isBusy) || perSecond > this.#perSecond) {
      this.#perSecond += (1 - Math.exp(-ms / MEMORY_MS)) * (perSecond - this.#perSecond)
    }
    this.#answers = 0
    this.#sinceMs = nowMs
    this.#wasBusy = isBusy
  }
}
