import type { Rate } from '@valiant/shared/protocol/events'
import type { ChangeRequest } from '../../bus/exchange-request.ts'
import { TokenBucket } from './token-bucket.ts'

export interface RateLimits {
  /** Orders a second and account, on average and at once. */
  readonly ordersPerSecond: number
  readonly ordersBurst: number
}

/** Cancels have a bucket of their own, twice as large: a program in trouble can always get out. */
const FACTOR = { order: 1, cancel: 2, account: 0.1 } as const
type Kind = keyof typeof FACTOR
/** What opens, moves and resets money is seldom: a bucket of a tenth is enough, but never so small that it is none. */
const ACCOUNT_BURST_MIN = 10
const SWEEP_MS = 60_000

const KIND: Readonly<Record<ChangeRequest['event'], Kind>> = {
  'order.place': 'order',
  'order.amend': 'order',
  'position.protect': 'order',
  'order.cancel': 'cancel',
  'order.cancelAll': 'cancel',
  'position.close': 'cancel',
  cancelAfter: 'cancel',
  'account.update': 'account',
  'account.deposit': 'account',
  'account.withdraw': 'account',
  'account.reset': 'account',
  'accounts.create': 'account',
}

/** What changes something has a rate. @param event perhaps of a version that is not known here */
export const isRated = (event: string): event is ChangeRequest['event'] => Object.hasOwn(KIND, event)

/**
 * How fast each account may trade. It stands in the exchange, not in the gateways, since an account may speak through
 * many sockets on many instances.
 */
export class AccountRates {
  readonly #limits: RateLimits
  readonly #buckets: Readonly<Record<Kind, Map<number, TokenBucket>>> = {
    order: new Map(),
    cancel: new Map(),
    account: new Map(),
  }
  #sweptAtMs = 0

  constructor(limits: RateLimits) {
    this.#limits = limits
  }

  /** @returns the bucket's state after the request, and `retryAfterMs` over 0 when it is refused */
  take(account: number, event: ChangeRequest['event'], nowMs: number): { rate: Rate; retryAfterMs: number } {
    this.#sweep(nowMs)
    const bucket = this.#bucket(account, KIND[event], nowMs)
    const retryAfterMs = bucket.take(nowMs)
    return { rate: bucket.state(nowMs), retryAfterMs }
  }

  #bucket(account: number, kind: Kind, nowMs: number): TokenBucket {
    const buckets = this.#buckets[kind]
    let bucket = buckets.get(account)
    if (bucket === undefined) {
      bucket = new TokenBucket({ ...this.#sizeOf(kind), nowMs })
      buckets.set(account, bucket)
    }
    return bucket
  }

  #sizeOf(kind: Kind): { perSecond: number; burst: number } {
    const perSecond = Math.max(1, Math.floor(this.#limits.ordersPerSecond * FACTOR[kind]))
    const burst = Math.floor(this.#limits.ordersBurst * FACTOR[kind])
    return { perSecond, burst: kind === 'account' ? Math.max(ACCOUNT_BURST_MIN, burst) : burst }
  }

  /** Full buckets are as good as new ones: they are dropped, so that memory follows who trades now. */
  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < SWEEP_MS) return
    this.#sweptAtMs = nowMs
    for (const buckets of Object.values(this.#buckets)) {
      for (const [account, bucket] of buckets) if (bucket.isFull(nowMs)) buckets.delete(account)
    }
  }
}
