import type { Broadcast, MarketStatus } from '../bus/broadcast.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import type { Clock } from './clock.ts'

/** A commit that takes longer than twice this: no commands are taken until it is answered. Twice, since one long turn of
 * the event loop makes one timer late, not two. */
const SLOW_COMMIT_MS = 500

type Said = Pick<MarketStatus, 'market' | 'message'>

const DEGRADED: Said = { market: 'degraded', message: 'The exchange can’t take orders for the moment.' }

/** Tells the world whether the exchange takes commands, and which instruments do not: each change once. */
export class StatusTeller {
  readonly #broadcast: Broadcast<MarketFrame>
  readonly #clock: Clock
  #said: Said | undefined

  constructor({ broadcast, clock }: { broadcast: Broadcast<MarketFrame>; clock: Clock }) {
    this.#broadcast = broadcast
    this.#clock = clock
  }

  get isDegraded(): boolean {
    return this.#said?.market === 'degraded'
  }

  /** @param message which instruments are halted, when there are any */
  open(epoch: number, message: string | undefined): void {
    this.#say(epoch, { market: 'open', ...(message !== undefined && { message }) })
  }

  degraded(epoch: number): void {
    this.#say(epoch, DEGRADED)
  }

  /** Calls the market degraded while a commit takes too long. @returns to be called when it is answered, with how */
  watchCommit(epoch: number): (isGood: boolean) => void {
    const before = this.#said
    let cancel = this.#clock.after(SLOW_COMMIT_MS, () => {
      cancel = this.#clock.after(SLOW_COMMIT_MS, () => this.degraded(epoch))
    })
    return (isGood) => {
      cancel()
      if (isGood && before?.market === 'open') this.#say(epoch, before)
    }
  }

  #say(epoch: number, status: Said): void {
    if (this.#said?.market === status.market && this.#said.message === status.message) return
    this.#said = status
    this.#broadcast.publishStatus({ epoch, ...status })
  }
}
