import type { AccountFrame } from '@valiant/shared/protocol/account'

/** The state of the market as a whole, for everyone. */
export interface MarketStatus {
  /** Of who says it: below the highest seen, it is the word of a leader that has been replaced. */
  readonly epoch: number
  readonly market: 'open' | 'degraded' | 'halted'
  readonly message?: string
}

/**
 * From the leader to every gateway. May lose frames: each kind says how a gap shows (market frames by epoch and seq,
 * account frames by seq).
 */
export interface Broadcast<MarketFrame> {
  publishMarket(frame: MarketFrame): void
  publishAccount(account: number, frame: AccountFrame): void
  publishStatus(status: MarketStatus): void
  subscribe(receiver: BroadcastReceiver<MarketFrame>): void
}

export interface BroadcastReceiver<MarketFrame> {
  market(frame: MarketFrame): void
  account(account: number, frame: AccountFrame): void
  status(status: MarketStatus): void
}
