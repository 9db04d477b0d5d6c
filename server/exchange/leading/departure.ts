import type { Logger } from 'pino'
import type { Lease } from './lease.ts'

/** A standby that does not take the lead within this time is given up, and this process takes it back. */
const HAND_OVER_MS_MAX = 1_000

/** How this process stops leading: for good, or by handing over to a standby, which may not take the lead after all. */
export class Departure {
  readonly #log: Logger
  readonly #stopping = new AbortController()
  #leaving = new AbortController()
  /** Set during a hand-over: called with whether a standby took the lead. */
  #handedOver: ((isTaken: boolean) => void) | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  /** Aborted when this process will not lead again and waits for nothing. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** Aborted to end the current term after committing what has been applied: to stop or to hand over. */
  get leaving(): AbortSignal {
    return this.#leaving.signal
  }

  stop(): void {
    this.#stopping.abort()
    this.#leaving.abort()
  }

  /** Leaves the lead to a standby. @returns after `confirm`, whether it took the lead */
  handOver(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#handedOver = resolve
    this.#leaving.abort()
    return promise
  }

  /** If the standby does not take the released lease, this process may compete for it again. */
  async confirm(lease: Pick<Lease, 'isTakenWithin'>): Promise<void> {
    const report = this.#handedOver
    if (report === undefined) return
    this.#handedOver = undefined
    const isTaken = await lease.isTakenWithin(HAND_OVER_MS_MAX)
    if (isTaken) this.#stopping.abort()
    else this.#log.warn('exchange: the standby has not taken the lead')
    if (!this.#stopping.signal.aborted) this.#leaving = new AbortController()
    report(isTaken)
  }
}
