import type { Bar, Feed, RecentHistory } from '../../feed/feed.ts'
import type { BarHistory } from './bar-history.ts'

const HOUR_MS = 3_600_000
/** How much of each bar width the feed keeps. */
const SPAN_MS = { '1m': 25 * HOUR_MS, '1s': HOUR_MS } as const

/**
 * Loads the stored bars of the last day and hour into a gateway's feed, merged with those received live meanwhile.
 * @param wallMs by this process's clock, which market time may be ahead of
 */
export async function seedFeed(feed: Feed, bars: BarHistory, wallMs: number): Promise<void> {
  const nowMs = Math.max(wallMs, feed.timeMs)
  for (const symbol of feed.symbols) {
    const history = await recentHistory(bars, symbol, nowMs)
    for (const width of ['1m', '1s'] as const) feed.seed(symbol, width, history[width])
  }
}

/** The same for one symbol. */
export async function recentHistory(bars: BarHistory, symbol: string, nowMs: number): Promise<RecentHistory> {
  return { '1m': await recentOf('1m'), '1s': await recentOf('1s') }

  async function recentOf(width: keyof typeof SPAN_MS): Promise<readonly Bar[]> {
    const fromMs = nowMs - SPAN_MS[width]
    // Silent bars at the start are flat at the close before.
    const before = await bars.barBefore(width, symbol, fromMs)
    const recent = await bars.bars(width, symbol, { fromMs, toMs: nowMs })
    return before === undefined ? recent : [before, ...recent]
  }
}
