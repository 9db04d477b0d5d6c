import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import type { NewsFrame } from '@valiant/shared/protocol/news'
import type { Broadcast, BroadcastReceiver, MarketStatus } from '../broadcast.ts'
import type { EncodedFrame } from '../encoded-frame.ts'
import { Deliveries } from './deliveries.ts'

/** Broadcasts within one process: frames are passed on as they are, in order. */
export class MemoryBroadcast<MarketFrame> implements Broadcast<MarketFrame> {
  private readonly deliveries = new Deliveries()
  private readonly receivers: BroadcastReceiver<MarketFrame>[] = []

  publishMarket(frame: MarketFrame): void {
    this.publish((receiver) => receiver.market(frame))
  }

  publishAccount(account: number, frame: EncodedFrame): void {
    this.publish((receiver) => receiver.account(account, frame))
  }

  publishAlert(account: number, alert: FiredAlert): void {
    this.publish((receiver) => receiver.alert(account, alert))
  }

  publishStatus(status: MarketStatus): void {
    this.publish((receiver) => receiver.status(status))
  }

  publishNews(news: NewsFrame): void {
    this.publish((receiver) => receiver.news(news))
  }

  /** Within one process no frame is missed, so no snapshot is needed. */
  keepSnapshot(_frame: MarketFrame): void {}

  snapshot(): Promise<MarketFrame | undefined> {
    return Promise.resolve(undefined)
  }

  subscribe(receiver: BroadcastReceiver<MarketFrame>): void {
    this.receivers.push(receiver)
  }

  private publish(deliver: (receiver: BroadcastReceiver<MarketFrame>) => void): void {
    for (const receiver of this.receivers) this.deliveries.add(() => deliver(receiver))
  }
}
