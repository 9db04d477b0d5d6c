import { setTimeout as delay } from 'node:timers/promises'
import type { PlaceOrder } from '@valiant/shared/protocol/order'
import type { Reported, SentOrder, TradingLog } from './trading-log.ts'

export const SYMBOL = 'NOVA'
const IN_FLIGHT_MAX = 8
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
class Quiet {
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

/** What traders with and without the SDK have in common: they send an order every `paceMs`, and log its outcome. */
export abstract class PacedTrader implements Trader {
  protected readonly options: TraderOptions
  protected readonly quiet: Quiet
  readonly #by: SentOrder['by']
  readonly #pending = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #count = 0

  protected constructor(options: TraderOptions, by: SentOrder['by']) {
    this.options = options
    this.quiet = new Quiet((ms) => options.log.trails.note(nameOf(options), `prices again after ${ms} ms`))
    this.#by = by
  }

  protected abstract readonly account: number
  protected abstract readonly isConnected: boolean
  protected abstract orderOf(clientOrderId: string, i: number): PlaceOrder
  protected abstract ask(order: PlaceOrder): Promise<Reported>
  /** Called with the outcome once it is logged. */
  protected abstract settled(reported: Reported): Promise<void>
  abstract again(order: PlaceOrder): Promise<Reported>

  get longestQuietMs(): number {
    return this.quiet.longestMs
  }

  get heardAt(): number {
    return this.quiet.heardAt
  }

  restartClock(): void {
    this.quiet.restart()
  }

  async finish(): Promise<void> {
    clearInterval(this.#timer)
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  protected start(): void {
    this.#timer = setInterval(() => this.#place(), this.options.paceMs)
  }

  #place(): void {
    if (!this.isConnected || this.#pending.size >= IN_FLIGHT_MAX) return
    const { number, prefix, log } = this.options
    const i = this.#count++
    const order = this.orderOf(`${prefix}-${number}-${i}`, i + number)
    const sent: SentOrder = {
      ...{ trader: number, by: this.#by, account: this.account, order },
      ...{ sentAt: Date.now(), reported: undefined, reportedAt: 0 },
    }
    log.add(sent)
    const pending = this.ask(order).then(async (reported) => {
      log.setOutcome(sent, reported)
      await this.settled(reported)
    })
    this.#pending.add(pending)
    void pending.finally(() => this.#pending.delete(pending))
  }
}
