import type { Broadcast, MarketStatus } from '../../bus/broadcast.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { Stopwatch } from '../../telemetry/stopwatch.ts'

type Published = Pick<MarketStatus, 'market' | 'message'>

const DEGRADED: Published = { market: 'degraded', message: 'The exchange can’t take orders for the moment.' }

/** Publishes whether the exchange takes commands and which instruments are halted: each change once. */
export class StatusPublisher {
  readonly #broadcast: Broadcast<MarketFrame>
  readonly #degraded: Stopwatch
  #published: Published | undefined

  /** @param degraded runs while no commands are taken */
  constructor(broadcast: Broadcast<MarketFrame>, degraded: Stopwatch) {
    this.#broadcast = broadcast
    this.#degraded = degraded
  }

  get isOpen(): boolean {
    return this.#published?.market === 'open'
  }

  get isDegraded(): boolean {
    return this.#published?.market === 'degraded'
  }

  /** @param message which instruments are halted, if any */
  open(epoch: number, message: string | undefined): void {
    this.#publish(epoch, { market: 'open', ...(message !== undefined && { message }) })
  }

  degraded(epoch: number): void {
    this.#publish(epoch, DEGRADED)
  }

  #publish(epoch: number, status: Published): void {
    if (this.#published?.market === status.market && this.#published.message === status.message) return
    this.#published = status
    if (this.isOpen) this.#degraded.stop()
    else this.#degraded.start()
    this.#broadcast.publishStatus({ epoch, ...status })
  }
}
