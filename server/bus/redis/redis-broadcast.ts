import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import type { NewsFrame } from '@valiant/shared/protocol/news'
import type { Broadcast, BroadcastReceiver, MarketStatus } from '../broadcast.ts'
import type { RedisLinks } from './redis-links.ts'

const CHANNEL = 'valiant:market'
/** Of their own: a gateway of a version before alerts would stumble over them in the other. */
const ALERTS = 'valiant:alerts'
/** Of its own, for the same reason. */
const NEWS = 'valiant:news'
const SNAPSHOT = 'valiant:snap'
const SNAPSHOT_MS = 10_000

/** What travels on the market's channel. */
type Message<MarketFrame> =
  | { readonly market: MarketFrame }
  | { readonly status: MarketStatus }
  /** Account and seq of each frame that has just gone to an account's sockets. */
  | { readonly seqs: readonly (readonly [number, number])[] }

/** What travels on the alerts' channel. */
interface AlertMessage {
  readonly account: number
  readonly alert: FiredAlert
}

/**
 * Market frames and status on a channel of their own, written once for all gateways. Account frames go to the
 * account's rooms through Socket.IO's adapter, so that gateways have nothing to do with them.
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
    // After the frames, on the same connection: no gateway hears of a frame before it has it.
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

  /** Says the status again with it: a gateway that has just started, or missed it, hears it within a second. */
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
      this.#links.whole.onLink((isUp) => {
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
