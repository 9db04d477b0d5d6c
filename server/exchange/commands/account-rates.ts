import { type OrderRate, type RateKind, rateOf } from '@valiant/shared/protocol/account-rates'
import type { Rate } from '@valiant/shared/protocol/events'
import type { ChangeRequest } from '../../bus/exchange-request.ts'
import { TokenBucket } from './token-bucket.ts'

const SWEEP_MS = 60_000

const KIND: Readonly<Record<ChangeRequest['event'], RateKind>> = {
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
  'account.close': 'account',
  'accounts.create': 'account',
}

/**
 * Whether a request is rate-limited, which those that change something are. @param event possibly of a later version
 * and unknown here
 */
export const isRated = (event: string): event is ChangeRequest['event'] => Object.hasOwn(KIND, event)

/**
 * How fast each account may trade. Kept in the exchange, not in the gateways, because an account may use many sockets
 * on many instances.
 */
export class AccountRates {
  readonly #limits: OrderRate
  readonly #buckets: Readonly<Record<RateKind, Map<number, TokenBucket>>> = {
    order: new Map(),
    cancel: new Map(),
    account: new Map(),
  }
  #sweptAtMs = 0

  constructor(limits: OrderRate) {
    this.#limits = limits
  }

  /** The number of buckets in memory. */
  get size(): number {
    return Object.values(this.#buckets).reduce((sum, buckets) => sum + buckets.size, 0)
  }

  /** @returns the bucket after the request; `retryAfterMs` is above 0 when it is refused */
  take(account: number, event: ChangeRequest['event'], nowMs: number): { rate: Rate; retryAfterMs: number } {
    this.#sweep(nowMs)
    const bucket = this.#bucket(account, KIND[event], nowMs)
    const retryAfterMs = bucket.take(nowMs)
    return { rate: bucket.state(nowMs), retryAfterMs }
  }

  /** What `take` would return, without counting a request: for one that will not be executed. */
  look(account: number, event: ChangeRequest['event'], nowMs: number): { rate: Rate; retryAfterMs: number } {
    const bucket = this.#bucket(account, KIND[event], nowMs)
    return { rate: bucket.state(nowMs), retryAfterMs: bucket.waitMs(nowMs) }
  }

  #bucket(account: number, kind: RateKind, nowMs: number): TokenBucket {
    const buckets = this.#buckets[kind]
    let bucket = buckets.get(account)
    if (bucket === undefined) {
      bucket = new TokenBucket({ ...rateOf(kind, this.#limits), nowMs })
      buckets.set(account, bucket)
    }
    return bucket
  }

  /** A full bucket equals a new one, so it is dropped: memory depends on the accounts that trade now. */
  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < SWEEP_MS) return
    this.#sweptAtMs = nowMs
    for (const buckets of Object.values(this.#buckets)) {
      for (const [account, bucket] of buckets) if (bucket.isFull(nowMs)) buckets.delete(account)
    }
  }
}
