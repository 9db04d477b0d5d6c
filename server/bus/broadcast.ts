import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import type { NewsFrame } from '@valiant/shared/protocol/news'

/** The state of the market as a whole, for everyone. */
export interface MarketStatus {
  /** Of who says it: below the highest seen, it is the word of a leader that has been replaced. */
  readonly epoch: number
  readonly market: 'open' | 'degraded' | 'halted'
  readonly message?: string
}

/**
 * From the leader to every gateway. May lose frames: each kind says how a gap shows (market frames by epoch and seq,
 * account frames by seq), and `linked` says when frames may have been lost.
 */
export interface Broadcast<MarketFrame> {
  publishMarket(frame: MarketFrame): void
  /** To the account's sockets, at whichever gateway they are. */
  publishAccount(account: number, frame: AccountFrame): void
  /** To every gateway: whoever has a socket of the account tells it, and notes that it was told. */
  publishAlert(account: number, alert: FiredAlert): void
  publishStatus(status: MarketStatus): void
  /** Said once, and kept nowhere: what is lost on the way stays lost. */
  publishNews(news: NewsFrame): void
  /** Lays down what a gateway that starts, or has missed frames, goes on from. The leader renews it each second. */
  keepSnapshot(frame: MarketFrame): void
  /** The newest snapshot, a full frame; undefined where no leader has left one in the last 10 s. @throws when it cannot be read */
  snapshot(): Promise<MarketFrame | undefined>
  subscribe(receiver: BroadcastReceiver<MarketFrame>): void
}

export interface BroadcastReceiver<MarketFrame> {
  market(frame: MarketFrame): void
  /** A frame for the account's sockets here, where the bus does not bring it to them itself. */
  account(account: number, frame: AccountFrame): void
  /** A frame of this seq has been sent to the account's sockets by the bus itself: what heartbeats tell. */
  accountSeq(account: number, seq: number): void
  alert(account: number, alert: FiredAlert): void
  status(status: MarketStatus): void
  news(news: NewsFrame): void
  /** The link to the leader is lost, or is there again; in between frames of every kind may have been missed. */
  linked(isUp: boolean): void
}
