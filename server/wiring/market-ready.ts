import { setTimeout as delay } from 'node:timers/promises'
import type { Broadcast } from '../bus/broadcast.ts'
import type { Feed } from '../feed/feed.ts'
import type { MarketFrame } from '../feed/market-frame.ts'

const POLL_MS = 20
/** A market may stay degraded for long, and people can watch it all the same, so the wait has a limit. */
const OPEN_WAIT_MS = 5_000
/** A leader may need seconds to take over, so only a longer wait is worth a line. */
const LOG_AFTER_MS = 5_000

interface ReadyParts {
  readonly feed: Pick<Feed, 'isWhole'>
  readonly broadcast: Pick<Broadcast<MarketFrame>, 'subscribe'>
  /** Undefined when this instance is the only one, and says itself what it does. */
  readonly say: ((text: string) => void) | undefined
}

/**
 * Resolves when the mirror has the whole market and the leader accepts commands, so that this gateway can serve clients. It
 * does not wait longer than OPEN_WAIT_MS for the leader, and stops waiting when `signal` is aborted. Must be called before the
 * first frame can arrive.
 */
export async function marketReady({ feed, broadcast, say }: ReadyParts, signal: AbortSignal): Promise<void> {
  const opened = Promise.withResolvers<undefined>()
  const nothing = () => undefined
  broadcast.subscribe({
    ...{ market: nothing, account: nothing, accountSeq: nothing, alert: nothing, news: nothing, linked: nothing },
    status: ({ market }) => {
      if (market !== 'degraded') opened.resolve(undefined)
    },
  })
  const waiting = setTimeout(() => say?.('Waiting for the market: no leader publishes it yet.'), LOG_AFTER_MS)
  try {
    while (!feed.isWhole) await delay(POLL_MS, undefined, { signal })
    clearTimeout(waiting)
    await Promise.race([opened.promise, delay(OPEN_WAIT_MS, undefined, { signal, ref: false })])
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    clearTimeout(waiting)
  }
}
