import type { Broadcast, MarketStatus } from '../bus/broadcast.ts'
import type { MarketFrame } from '../feed/market-frame.ts'

type Said = Pick<MarketStatus, 'market' | 'message'>

const DEGRADED: Said = { market: 'degraded', message: 'The exchange can’t take orders for the moment.' }

/** Tells the world whether the exchange takes commands, and which instruments do not: each change once. */
export class StatusTeller {
  readonly #broadcast: Broadcast<MarketFrame>
  #said: Said | undefined

  constructor(broadcast: Broadcast<MarketFrame>) {
    this.#broadcast = broadcast
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

  #say(epoch: number, status: Said): void {
    if (this.#said?.market === status.market && this.#said.message === status.message) return
    this.#said = status
    this.#broadcast.publishStatus({ epoch, ...status })
  }
}
