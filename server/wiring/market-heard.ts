import { setTimeout as delay } from 'node:timers/promises'
import type { Broadcast } from '../bus/broadcast.ts'
import type { Feed } from '../feed/feed.ts'
import type { MarketFrame } from '../feed/market-frame.ts'

const LOOK_MS = 20
/** The market may be degraded for long; it can be looked at all the same. */
const OPEN_WAIT_MS = 5_000

/**
 * Resolves when the mirror holds the market, and its leader takes commands or has had some seconds to say that it does:
 * who is sent here from now on finds both. Also when `signal` says that it no longer matters. To be called before the
 * first frame can come.
 */
export async function marketHeard(
  { feed, broadcast }: { feed: Pick<Feed, 'isWhole'>; broadcast: Broadcast<MarketFrame> },
  signal: AbortSignal,
): Promise<void> {
  const opened = Promise.withResolvers<undefined>()
  const nothing = () => undefined
  broadcast.subscribe({
    ...{ market: nothing, account: nothing, accountSeq: nothing, alert: nothing, news: nothing, linked: nothing },
    status: ({ market }) => {
      if (market !== 'degraded') opened.resolve(undefined)
    },
  })
  try {
    while (!feed.isWhole) await delay(LOOK_MS, undefined, { signal })
    await Promise.race([opened.promise, delay(OPEN_WAIT_MS, undefined, { signal, ref: false })])
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
