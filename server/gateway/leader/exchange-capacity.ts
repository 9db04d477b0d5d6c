/** The target time to answer accepted requests; half of what a client waits, as a margin. */
const WAIT_MS_MAX = 1_000
/** This many may always wait: two full batches, one being committed and one being collected. With fewer, throughput drops. */
const WAITING_MIN = 512
const BUSY_MIN = 32
/** Used until it has been measured. */
const FIRST_PER_SECOND = 500
/** A measurement of this age counts a third of a new one. */
const MEMORY_MS = 500
/** A leader that is being replaced answers nothing for a second, which says little about the next one. */
const SAMPLE_MS_MAX = 500

/**
 * Bounds how many requests may wait for the exchange. In a queue longer than it can answer in time, every later request
 * ends as TIMEOUT with an unknown outcome, while a request refused before it is sent has a certain one. The throughput of
 * the exchange is measured while it is busy.
 */
export class ExchangeCapacity {
  #perSecond = FIRST_PER_SECOND
  #answers = 0
  #sinceMs: number
  #wasBusy = false

  constructor(nowMs: number) {
    this.#sinceMs = nowMs
  }

  /** With more waiting, a new request would probably wait too long. */
  get waitingMax(): number {
    return Math.max(WAITING_MIN, (this.#perSecond * WAIT_MS_MAX) / 1_000)
  }

  /** A request has been answered. */
  answered(): void {
    this.#answers += 1
  }

  /** @param waiting how many are waiting now; called several times a second */
  look(waiting: number, nowMs: number): void {
    // Nothing yet: the exchange answers a batch at a time.
    if (this.#answers === 0 && waiting > 0) return
    const ms = Math.min(SAMPLE_MS_MAX, nowMs - this.#sinceMs)
    const isBusy = waiting >= BUSY_MIN
    const perSecond = ms > 0 ? (1_000 * this.#answers) / ms : 0
    // The throughput of an idle exchange says nothing, unless it exceeds the estimate.
    if ((this.#wasBusy && isBusy) || perSecond > this.#perSecond) {
      this.#perSecond += (1 - Math.exp(-ms / MEMORY_MS)) * (perSecond - this.#perSecond)
    }
    this.#answers = 0
    this.#sinceMs = nowMs
    this.#wasBusy = isBusy
  }
}
