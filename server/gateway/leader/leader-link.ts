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

/** The leader lays down a snapshot each second. */
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
 * What this instance hears of the leader, and how it comes up to date where it may have missed something: at its start,
 * after the link was cut, where a frame is missing, and under another leader, whose predecessor may not have told all
 * that it committed. The mirror of the market goes on from the leader's snapshot. Sockets learn from the next heartbeats
 * up to which frame their accounts have come, and ask for what they have not got.
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
      ...{ failure: 'the snapshot of the market could not be read', retryMs: SNAPSHOT_RETRY_MS, log },
      attempt: () => this.#readSnapshot(),
    })
    this.#seqs = new RetriedTask({
      ...{ failure: 'the seqs of the accounts could not be read', retryMs: SEQS_RETRY_MS, log },
      attempt: () => this.#readSeqs(),
    })
    const { sockets, state } = parts
    const receiver: BroadcastReceiver<MarketFrame> = {
      market: (frame) => {
        this.#saw(frame.epoch)
        state.heard()
        parts.marketData.market(frame)
      },
      account: (number, frame) => sockets.sendAccount(number, frame),
      accountSeq: (number, seq) => sockets.sawAccountSeq(number, seq),
      alert: (number, alert) => parts.alerts.fired(number, alert),
      status: (status) => {
        this.#saw(status.epoch)
        state.said(status)
      },
      news: (news) => {
        this.#saw(news.epoch)
        // Not of a leader that has been replaced, as with all that it says.
        if (news.epoch === this.#epoch) sockets.sendNews(news)
      },
      linked: (isUp) => this.#linked(isUp),
    }
    parts.broadcast.subscribe(receiver)
    this.#mirror.ask()
  }

  /** Frames of the market are missing; what is said to accounts may be too. */
  missed(): void {
    this.#mirror.ask()
    this.#missedOfAccounts()
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

  #missedOfAccounts(): void {
    this.#seqs.ask()
    this.#parts.alerts.missed()
  }

  #saw(epoch: number): void {
    if (epoch <= this.#epoch) return
    const isSuccessor = this.#epoch > 0
    this.#epoch = epoch
    this.#parts.exchange.sawEpoch(epoch)
    if (isSuccessor) this.#missedOfAccounts()
  }

  async #readSnapshot(): Promise<boolean> {
    const { broadcast, feed, marketData } = this.#parts
    const frame = await broadcast.snapshot()
    if (frame !== undefined) {
      marketData.market(frame)
      await turn()
    }
    if (!feed.isWhole) return false
    // While the mirror waited no gap could be seen, so more may have been lost since it was asked about.
    this.#missedOfAccounts()
    return true
  }

  /** From the database, which has a commit before the leader can speak of it. */
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
