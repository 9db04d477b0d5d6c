import { type BookDepth, type CandleFrame, type Interval, INTERVAL_MS } from '@valiant/shared/protocol/market-data'
import { barsOver, type Feed, widthOf } from '../../feed/feed.ts'
import type { RoomEvent, RoomFrame } from '../delivery/room-sender.ts'

/** How far the streams of a socket had got when it was held back. */
interface Progress {
  /** By symbol, the id of the last trade that it was sent. */
  readonly trades: Map<string, number>
  /** By room, the start of the bar that was forming. */
  readonly candles: Map<string, number>
}

/** What one socket watches. Most watch few kinds and the same as many others, so empty sets are shared to save memory. */
export interface Streams {
  quotes: ReadonlySet<string>
  tickers: ReadonlySet<string>
  trades: ReadonlySet<string>
  /** By room. */
  candles: ReadonlyMap<string, { readonly symbol: string; readonly interval: Interval }>
  depths: ReadonlyMap<string, BookDepth>
  /** Only while the socket is held back. */
  heldAt: Progress | undefined
}

const NO_SYMBOLS: ReadonlySet<string> = new Set()
const NO_CANDLES: Streams['candles'] = new Map()
const NO_DEPTHS: Streams['depths'] = new Map()

export const noStreams = (): Streams => ({
  ...{ quotes: NO_SYMBOLS, tickers: NO_SYMBOLS, trades: NO_SYMBOLS, candles: NO_CANDLES, depths: NO_DEPTHS },
  heldAt: undefined,
})

/** A frame with the event that it is sent as. */
type MarketEvent = {
  [Event in RoomEvent]: { readonly event: Event; readonly frame: RoomFrame<Event> }
}[RoomEvent]

/** The id of the newest trade of a symbol; 0 before the first. */
export const newestTradeId = (feed: Feed, symbol: string): number =>
  Number(feed.recentTrades(symbol)?.t.at(-1)?.[0] ?? 0)

/** The start of the bar that is forming; undefined before the first trade. */
export const formingStart = (feed: Feed, { symbol, interval }: { symbol: string; interval: Interval }) =>
  feed.candle(symbol, interval)?.candle[0]

export function progressOf({ trades, candles }: Streams, feed: Feed): Progress {
  const heldAt: Progress = { trades: new Map(), candles: new Map() }
  for (const symbol of trades) heldAt.trades.set(symbol, newestTradeId(feed, symbol))
  for (const [room, stream] of candles) {
    const startAtMs = formingStart(feed, stream)
    if (startAtMs !== undefined) heldAt.candles.set(room, startAtMs)
  }
  return heldAt
}

/**
 * Brings a socket that was held back up to date: the current state of each stream, whole books, the bars that have closed
 * meanwhile, and the newest trades. A gap in the trades shows in their ids, and the request `trades` fills it.
 */
export function stateOf({ quotes, tickers, candles, depths, heldAt }: Streams, feed: Feed): readonly MarketEvent[] {
  const events: MarketEvent[] = []
  if (quotes.size > 0) events.push({ event: 'quotes', frame: feed.quotes(quotes) })
  for (const symbol of tickers) {
    const frame = feed.ticker(symbol)
    if (frame) events.push({ event: 'ticker', frame })
  }
  for (const [room, { symbol, interval }] of candles) {
    const forming = feed.candle(symbol, interval)
    if (forming === undefined) continue
    const closed = closedSince(feed, forming, heldAt?.candles.get(room))
    for (const frame of [...closed, forming]) events.push({ event: 'candle', frame })
  }
  for (const [symbol, sentId] of heldAt?.trades ?? []) {
    const frame = feed.recentTrades(symbol)
    const t = frame?.t.filter(([id]) => Number(id) > sentId) ?? []
    if (frame && t.length > 0) events.push({ event: 'trades', frame: { ...frame, t } })
  }
  for (const [symbol, depth] of depths) {
    const frame = feed.watchBook(symbol, depth)
    if (frame) events.push({ event: 'book', frame })
  }
  return events
}

/** The closed bars from the one that starts at `fromMs` to the one before the forming bar. */
function closedSince(feed: Feed, forming: CandleFrame, fromMs: number | undefined): CandleFrame[] {
  const { symbol, interval } = forming
  const [toMs] = forming.candle
  const recent = feed.recentBars(symbol)
  if (recent === undefined || fromMs === undefined) return []
  const width = widthOf(interval)
  const bars = barsOver(recent.recent(width, { fromMs, toMs }), {
    ...{ fromMs, toMs, stepMs: INTERVAL_MS[interval], widthMs: INTERVAL_MS[width] },
    closeBefore: recent.closeBefore(width, fromMs),
  })
  return bars.map((bar) => ({ ...forming, candle: feed.toCandle(symbol, bar), closed: true }))
}
