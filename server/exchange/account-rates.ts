import type { Rate } from '@valiant/shared/protocol/events'
import { TokenBucket } from './token-bucket.ts'

export interface RateLimits {
  /** Orders a second and account, on average and at once. */
  readonly ordersPerSecond: number
  readonly ordersBurst: number
}

/** Cancels have a bucket of their own, twice as large: a program in trouble can always get out. */
const CANCEL_FACTOR = 2
const SWEEP_MS = 60_000

/**
 * How fast each account may trade. It stands in the exchange, not in the gateways, since an account may speak through
 * many sockets on many instances.
 */
export class AccountRates {
  readonly #limits: RateLimits
  readonly #orders = new Map<number, TokenBucket>()
  readonly #cancels = new Map<number, TokenBucket>()
  #sweptAtMs = 0

  constructor(limits: RateLimits) {
    this.#limits = limits
  }

  /** @returns the bucket's state after the request, and `retryAfterMs` over 0 when it is refused */
  take(account: number, kind: 'order' | 'cancel', nowMs: number): { rate: Rate; retryAfterMs: number } {
    this.#sweep(nowMs)
    const bucket = this.#bucket(account, kind, nowMs)
    const retryAfterMs = bucket.take(nowMs)
    return { rate: bucket.state(nowMs), retryAfterMs }
  }

  #bucket(account: number, kind: 'order' | 'cancel', nowMs: number): TokenBucket {
    const buckets = kind === 'order' ? this.#orders : this.#cancels
    let bucket = buckets.get(account)
    if (bucket === undefined) {
      const factor = kind === 'order' ? 1 : CANCEL_FACTOR
      const { ordersPerSecond, ordersBurst } = this.#limits
      bucket = new TokenBucket({ perSecond: ordersPerSecond * factor, burst: ordersBurst * factor, nowMs })
      buckets.set(account, bucket)
    }
    return bucket
  }

  /** Full buckets are as good as new ones: they are dropped, so that memory follows who trades now. */
  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < SWEEP_MS) return
    this.#sweptAtMs = nowMs
    for (const buckets of [this.#orders, this.#cancels]) {
      for (const [account, bucket] of buckets) if (bucket.isFull(nowMs)) buckets.delete(account)
    }
  }
}
