import { setImmediate as turn } from 'node:timers/promises'
import type { Broadcast, BroadcastReceiver } from '../../bus/broadcast.ts'
import type { Feed } from '../../feed/feed.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { History } from '../../journal/history.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { AlertNotifier } from './alert-notifier.ts'
import type { ExchangeRequests } from './exchange-requests.ts'
import type { ExchangeState } from './exchange-state.ts'
import type { MarketData } from '../market/market-data.ts'
import { RetriedTask } from './retried-task.ts'
import type { Sockets } from '../sockets.ts'

/** The leader stores a snapshot every second. */
const SNAPSHOT_RETRY_MS = 250
const SEQS_RETRY_MS = 1_000
const SEQS_MAX = 1_000

interface LeaderLinkParts {
  readonly broadcast: Broadcast<MarketFrame>
  readonly feed: Pick<Feed, 'isWhole'>
  readonly marketData: MarketData
  readonly state: ExchangeState
  readonly exchange: ExchangeRequests
  readonly sockets: Pick<Sockets, 'sendAccount' | 'sawAccountSeq' | 'accounts' | 'sendNews'>
  readonly alerts: Pick<AlertNotifier, 'fired' | 'missed'>
  readonly history: Pick<History, 'seqsOf'>
  readonly logger: Logger
}

/**
 * Receives what the leader publishes, and catches up whenever something may have been missed: at the start, after the
 * link was cut, when a frame is missing, and under a new leader, whose predecessor may have committed more than it
 * published. The market mirror continues from the leader's snapshot. Clients learn the last frame number of their
 * account from the next heartbeats, and request what they lack.
 */
export class LeaderLink implements Disposable {
  readonly #parts: LeaderLinkParts
  readonly #mirror: RetriedTask
  readonly #seqs: RetriedTask
  #epoch = 0

  constructor(parts: LeaderLinkParts) {
    this.#parts = parts
    const log = parts.logger
    this.#mirror = new RetriedTask({
      ...{ failure: 'the market snapshot could not be read', retryMs: SNAPSHOT_RETRY_MS, log },
      attempt: () => this.#readSnapshot(),
    })
    this.#seqs = new RetriedTask({
      ...{ failure: 'the sequence numbers of accounts could not be read', retryMs: SEQS_RETRY_MS, log },
      attempt: () => this.#readSeqs(),
    })
    const { sockets, state } = parts
    const receiver: BroadcastReceiver<MarketFrame> = {
      market: (frame) => {
        this.#sawEpoch(frame.epoch)
        state.frameArrived()
        parts.marketData.market(frame)
      },
      account: (number, frame) => sockets.sendAccount(number, frame),
      accountSeq: (number, seq) => sockets.sawAccountSeq(number, seq),
      alert: (number, alert) => parts.alerts.fired(number, alert),
      status: (status) => {
        this.#sawEpoch(status.epoch)
        state.published(status)
      },
      news: (news) => {
        this.#sawEpoch(news.epoch)
        // A replaced leader is ignored, as everywhere.
        if (news.epoch === this.#epoch) sockets.sendNews(news)
      },
      linked: (isUp) => this.#linked(isUp),
    }
    parts.broadcast.subscribe(receiver)
    this.#mirror.ask()
  }

  /** Market frames are missing; account frames and alerts may be, too. */
  missed(): void {
    this.#mirror.ask()
    this.#missedByAccounts()
  }

  [Symbol.dispose](): void {
    this.#mirror[Symbol.dispose]()
    this.#seqs[Symbol.dispose]()
  }

  #linked(isUp: boolean): void {
    this.#parts.state.linked(isUp)
    if (!isUp) return
    this.#parts.exchange.resend()
    this.missed()
  }

  #missedByAccounts(): void {
    this.#seqs.ask()
    this.#parts.alerts.missed()
  }

  #sawEpoch(epoch: number): void {
    if (epoch <= this.#epoch) return
    const isSuccessor = this.#epoch > 0
    this.#epoch = epoch
    this.#parts.exchange.sawEpoch(epoch)
    if (isSuccessor) this.#missedByAccounts()
  }

  async #readSnapshot(): Promise<boolean> {
    const { broadcast, feed, marketData } = this.#parts
    const frame = await broadcast.snapshot()
    if (frame !== undefined) {
      marketData.market(frame)
      await turn()
    }
    if (!feed.isWhole) return false
    // While the mirror had no snapshot, gaps went unnoticed, so more may have been lost since the last check.
    this.#missedByAccounts()
    return true
  }

  /** Read from the database: every frame is committed before it is published. */
  async #readSeqs(): Promise<boolean> {
    const { sockets, history } = this.#parts
    const accounts = sockets.accounts()
    for (let from = 0; from < accounts.length; from += SEQS_MAX) {
      const seqs = await history.seqsOf(accounts.slice(from, from + SEQS_MAX))
      for (const { account, seq } of seqs) sockets.sawAccountSeq(account, seq)
    }
    return true
  }
}
