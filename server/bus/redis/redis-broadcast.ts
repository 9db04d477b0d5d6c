import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import type { NewsFrame } from '@valiant/shared/protocol/news'
import type { Broadcast, BroadcastReceiver, MarketStatus } from '../broadcast.ts'
import type { RedisLinks } from './redis-links.ts'

const CHANNEL = 'valiant:market'
/** A separate channel, because gateways of versions without alerts cannot parse them. */
const ALERTS = 'valiant:alerts'
/** Separate for the same reason. */
const NEWS = 'valiant:news'
const SNAPSHOT = 'valiant:snap'
const SNAPSHOT_MS = 10_000

/** A message on the market's channel. */
type Message<MarketFrame> =
  | { readonly market: MarketFrame }
  | { readonly status: MarketStatus }
  /** Account and seq of each frame that was just sent to an account's sockets. */
  | { readonly seqs: readonly (readonly [number, number])[] }

/** A message on the channel of alerts. */
interface AlertMessage {
  readonly account: number
  readonly alert: FiredAlert
}

/**
 * Publishes market frames and status once for all gateways, on one channel. Account frames go to the account's rooms
 * through Socket.IO's adapter, so that gateways do not process them.
 */
export class RedisBroadcast<MarketFrame extends { readonly epoch: number }> implements Broadcast<MarketFrame> {
  readonly #links: RedisLinks
  readonly #receivers: BroadcastReceiver<MarketFrame>[] = []
  #status: MarketStatus | undefined
  #seqs: (readonly [number, number])[] = []

  constructor(links: RedisLinks) {
    this.#links = links
  }

  publishMarket(frame: MarketFrame): void {
    this.#publish({ market: frame })
  }

  publishAccount(account: number, frame: AccountFrame): void {
    this.#links.rooms.to(`account:${account}`).emit('account', frame)
    // After the frames and on the same connection: a gateway never gets the seq of a frame before the frame.
    if (this.#seqs.length === 0) queueMicrotask(() => this.#publishSeqs())
    this.#seqs.push([account, frame.seq])
  }

  publishAlert(account: number, alert: FiredAlert): void {
    this.#links.publisher.publish(ALERTS, JSON.stringify({ account, alert } satisfies AlertMessage))
  }

  publishStatus(status: MarketStatus): void {
    this.#status = status
    this.#publish({ status })
  }

  publishNews(news: NewsFrame): void {
    this.#links.publisher.publish(NEWS, JSON.stringify(news))
  }

  /** Also publishes the status again, so that a gateway that has just started or missed it gets it within a second. */
  keepSnapshot(frame: MarketFrame): void {
    this.#links.publisher.keep(SNAPSHOT, JSON.stringify(frame), SNAPSHOT_MS)
    if (this.#status?.epoch === frame.epoch) this.#publish({ status: this.#status })
  }

  async snapshot(): Promise<MarketFrame | undefined> {
    const text = await this.#links.commands.get(SNAPSHOT)
    return text === null ? undefined : (JSON.parse(text) as MarketFrame)
  }

  subscribe(receiver: BroadcastReceiver<MarketFrame>): void {
    const { subscriber } = this.#links
    if (this.#receivers.length === 0) {
      subscriber.receive(CHANNEL, (message) => this.#receive(message))
      subscriber.receive(ALERTS, (message) => {
        const { account, alert } = JSON.parse(message.toString()) as AlertMessage
        for (const receiver of this.#receivers) receiver.alert(account, alert)
      })
      subscriber.receive(NEWS, (message) => {
        const news = JSON.parse(message.toString()) as NewsFrame
        for (const receiver of this.#receivers) receiver.news(news)
      })
      this.#links.health.onLink((isUp) => {
        for (const receiver of this.#receivers) receiver.linked(isUp)
      })
    }
    this.#receivers.push(receiver)
  }

  #publish(message: Message<MarketFrame>): void {
    this.#links.publisher.publish(CHANNEL, JSON.stringify(message))
  }

  #publishSeqs(): void {
    const seqs = this.#seqs
    this.#seqs = []
    this.#publish({ seqs })
  }

  #receive(text: Buffer): void {
    const message = JSON.parse(text.toString()) as Message<MarketFrame>
    for (const receiver of this.#receivers) {
      if ('market' in message) receiver.market(message.market)
      else if ('status' in message) receiver.status(message.status)
      else for (const [account, seq] of message.seqs) receiver.accountSeq(account, seq)
    }
  }
}
