import { setTimeout as delay } from 'node:timers/promises'
import type { PlaceOrder } from '@valiant/shared/protocol/order'
import type { Reported, TradingLog } from './trading-log.ts'

export const SYMBOL = 'NOVA'
export const IN_FLIGHT_MAX = 8
export const RETRY_MS = 300
const OPEN_ATTEMPTS_MAX = 60

/** Sends an order every `paceMs`, whether or not earlier ones are answered. */
export interface Trader {
  readonly longestQuietMs: number
  /** When prices were last received, by this machine's clock. */
  readonly heardAt: number
  /** Resets `longestQuietMs`. */
  restartClock(): void
  /** Stops sending, and waits for all outcomes. */
  finish(): Promise<void>
  /** Sends an order again with the same id and content. */
  again(order: PlaceOrder): Promise<Reported>
  close(): void
}

export interface TraderOptions {
  readonly url: string
  readonly number: number
  readonly prefix: string
  readonly paceMs: number
  readonly log: TradingLog
}

/** Fills at once, or is refused without a position. */
export const marketOrder = (clientOrderId: string, i: number): PlaceOrder => ({
  clientOrderId,
  symbol: SYMBOL,
  qty: String(1 + (i % 3)),
  type: 'market',
  side: i % 2 === 0 ? 'buy' : 'sell',
})

/** Retries for a while: after a fault it may take a moment until everything works again. */
export async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === OPEN_ATTEMPTS_MAX) throw error
      await delay(RETRY_MS)
    }
  }
}

export const nameOf = ({ number }: TraderOptions): string => `trader ${number}`

/** Measures the time between frames of prices at the receiver. */
export class Quiet {
  heardAt = 0
  readonly #longer: (ms: number) => void
  #lastAt = performance.now()
  #longestMs = 0

  /** @param longer called with each gap that is longer than all before */
  constructor(longer: (ms: number) => void) {
    this.#longer = longer
  }

  heard(): void {
    this.heardAt = Date.now()
    const now = performance.now()
    const ms = now - this.#lastAt
    this.#lastAt = now
    if (ms <= this.#longestMs) return
    this.#longestMs = ms
    this.#longer(Math.round(ms))
  }

  get longestMs(): number {
    return Math.round(Math.max(this.#longestMs, performance.now() - this.#lastAt))
  }

  restart(): void {
    this.#lastAt = performance.now()
    this.#longestMs = 0
  }
}

export const quietOf = (options: TraderOptions): Quiet =>
  new Quiet((ms) => options.log.trails.note(nameOf(options), `prices again after ${ms} ms`))
