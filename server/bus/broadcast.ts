import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import type { NewsFrame } from '@valiant/shared/protocol/news'
import type { EncodedFrame } from './encoded-frame.ts'

/** The status of the market as a whole, sent to everyone. */
export interface MarketStatus {
  /** Epoch of the sender: a status with a lower epoch than the highest seen comes from a leader that has been replaced. */
  readonly epoch: number
  readonly market: 'open' | 'degraded' | 'halted'
  readonly message?: string
}

/**
 * Carries frames from the leader to every gateway. May lose frames: receivers detect gaps (in market frames by epoch and
 * seq, in account frames by seq), and `linked` reports when frames may have been lost.
 */
export interface Broadcast<MarketFrame> {
  publishMarket(frame: MarketFrame): void
  /** To the account's sockets on all gateways. */
  publishAccount(account: number, frame: EncodedFrame): void
  /** To every gateway: a gateway with a socket of the account delivers it and records the delivery. */
  publishAlert(account: number, alert: FiredAlert): void
  publishStatus(status: MarketStatus): void
  /** Sent once and not stored: news that is lost on the way is not sent again. */
  publishNews(news: NewsFrame): void
  /** Stores a full frame for gateways that start or have missed frames. The leader renews it each second. */
  keepSnapshot(frame: MarketFrame): void
  /** The newest stored full frame; undefined if no leader has stored one in the last 10 s. @throws when it cannot be read */
  snapshot(): Promise<MarketFrame | undefined>
  subscribe(receiver: BroadcastReceiver<MarketFrame>): void
}

export interface BroadcastReceiver<MarketFrame> {
  market(frame: MarketFrame): void
  /** A frame for the account's sockets on this gateway, unless the bus delivers it to them itself. */
  account(account: number, frame: EncodedFrame): void
  /** The bus itself has sent a frame with this seq to the account's sockets. Heartbeats contain this seq. */
  accountSeq(account: number, seq: number): void
  alert(account: number, alert: FiredAlert): void
  status(status: MarketStatus): void
  news(news: NewsFrame): void
  /** The link to the leader was lost or restored; frames of every kind may have been missed in between. */
  linked(isUp: boolean): void
}
