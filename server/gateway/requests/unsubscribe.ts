import type { Feed } from '../../feed/feed.ts'
import type { Handler } from './request.ts'
import { checkedSubscription, ofSocket, type Subscriptions } from './subscribe.ts'

export const unsubscribe =
  ({ feed, subscriptions }: { feed: Feed; subscriptions: Subscriptions }): Handler<'unsubscribe'> =>
  (payload, { socketId }) => {
    subscriptions.unsubscribe(ofSocket(socketId), checkedSubscription(feed, payload))
    return {}
  }
