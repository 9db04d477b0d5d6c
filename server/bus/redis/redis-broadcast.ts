import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import type { NewsFrame } from '@valiant/shared/protocol/news'
import type { Broadcast, BroadcastReceiver, MarketStatus } from '../broadcast.ts'
import { EncodedFrame } from '../encoded-frame.ts'
import type { RedisLinks } from './redis-links.ts'

const CHANNEL = 'valiant:market'
/** A separate channel, because gateways of versions without alerts cannot parse them. */
const ALERTS = 'valiant:alerts'
/** Separate for the same reason. */
const NEWS = 'valiant:news'
/** The account frames of one turn, as two lines each: account, epoch and seq; then the frame as JSON. */
const ACCOUNTS = 'valiant:accounts'
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
 * Publishes frames and status once for all gateways. Gateways of earlier versions get account frames in the account's
 * rooms, through Socket.IO's adapter; as long as there is such a gateway, all of them do.
 */
export class RedisBroadcast<MarketFrame extends { readonly epoch: number }> implements Broadcast<MarketFrame> {
  readonly #links: RedisLinks
  readonly #receivers: BroadcastReceiver<MarketFrame>[] = []
  #status: MarketStatus | undefined
  #seqs: (readonly [number, number])[] = []
  #frames: string[] = []
  /** Whether every gateway listens to ACCOUNTS; not known at first. */
  #isHeard = false

  constructor(links: RedisLinks) {
    this.#links = links
  }

  publishMarket(frame: MarketFrame): void {
    this.#publish({ market: frame })
  }

  publishAccount(account: number, frame: EncodedFrame): void {
    if (!this.#isHeard && this.#frames.length === 0) {
      this.#publishInRooms(account, frame)
      return
    }
    if (this.#frames.length === 0) queueMicrotask(() => this.#publishFrames())
    this.#frames.push(`${account} ${frame.epoch} ${frame.seq}`, frame.json)
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

  /**
   * Also publishes the status again, so that a gateway that has just started or missed it gets it within a second, and
   * checks for gateways of earlier versions.
   */
  keepSnapshot(frame: MarketFrame): void {
    this.#links.publisher.keep(SNAPSHOT, JSON.stringify(frame), SNAPSHOT_MS)
    if (this.#status?.epoch === frame.epoch) this.#publish({ status: this.#status })
    void this.#countListeners()
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
      subscriber.receive(ACCOUNTS, (message) => this.#receiveFrames(message))
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

  #publishFrames(): void {
    const frames = this.#frames
    this.#frames = []
    this.#links.publisher.publish(ACCOUNTS, frames.join('\n'))
  }

  #publishInRooms(account: number, frame: EncodedFrame): void {
    this.#links.rooms.to(`account:${account}`).emit('account', frame.decoded())
    // After the frames and on the same connection: a gateway never gets the seq of a frame before the frame.
    if (this.#seqs.length === 0) queueMicrotask(() => this.#publishSeqs())
    this.#seqs.push([account, frame.seq])
  }

  #publishSeqs(): void {
    const seqs = this.#seqs
    this.#seqs = []
    this.#publish({ seqs })
  }

  /** Every gateway listens to CHANNEL. If Redis does not answer, the last count stays valid. */
  async #countListeners(): Promise<void> {
    try {
      const [, gateways, , listeners] = (await this.#links.commands.pubsub('NUMSUB', CHANNEL, ACCOUNTS)) as number[]
      this.#isHeard = gateways === listeners
    } catch {
      // The link is down: it says so itself.
    }
  }

  #receiveFrames(message: Buffer): void {
    const lines = message.toString().split('\n')
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const [account = 0, epoch = 0, seq = 0] = (lines[at] ?? '').split(' ').map(Number)
      if (this.#links.staleEpochs.isOver(epoch)) continue
      const frame = new EncodedFrame({ epoch, seq, json: lines[at + 1] ?? '' })
      for (const receiver of this.#receivers) receiver.account(account, frame)
    }
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
