import type { BookDepth, Interval } from '@valiant/shared/protocol/market-data'
import type { Feed } from '../../feed/feed.ts'
import type { RoomEvent, RoomFrame } from '../delivery/room-sender.ts'

/** What one socket watches. Most sockets watch few kinds, and the same as many others: nothing here is theirs alone until it must be. */
export interface Streams {
  quotes: ReadonlySet<string>
  tickers: ReadonlySet<string>
  trades: ReadonlySet<string>
  /** By room. */
  candles: ReadonlyMap<string, { readonly symbol: string; readonly interval: Interval }>
  depths: ReadonlyMap<string, BookDepth>
  /** Of a socket that is held back: the id of the last trade of each symbol that it was told. Undefined for all others. */
  toldTrades: Map<string, number> | undefined
}

const NO_SYMBOLS: ReadonlySet<string> = new Set()
const NO_CANDLES: Streams['candles'] = new Map()
const NO_DEPTHS: Streams['depths'] = new Map()

export const noStreams = (): Streams => ({
  ...{ quotes: NO_SYMBOLS, tickers: NO_SYMBOLS, trades: NO_SYMBOLS, candles: NO_CANDLES, depths: NO_DEPTHS },
  toldTrades: undefined,
})

/** A frame with the event that it is sent as. */
export type MarketEvent = {
  [Event in RoomEvent]: { readonly event: Event; readonly frame: RoomFrame<Event> }
}[RoomEvent]

/** The id of the newest trade of a symbol; 0 before the first. */
export const newestTradeId = (feed: Feed, symbol: string): number =>
  Number(feed.recentTrades(symbol)?.t.at(-1)?.[0] ?? 0)

/**
 * What a socket that was held back must be told to stand where all others stand: states as they are now, each book whole,
 * and of the trades the newest. Where that leaves a hole its ids show it, and the request `trades` fills it.
 */
export function stateOf({ quotes, tickers, candles, depths, toldTrades }: Streams, feed: Feed): readonly MarketEvent[] {
  const events: MarketEvent[] = []
  if (quotes.size > 0) events.push({ event: 'quotes', frame: feed.quotes(quotes) })
  for (const symbol of tickers) {
    const frame = feed.ticker(symbol)
    if (frame) events.push({ event: 'ticker', frame })
  }
  for (const { symbol, interval } of candles.values()) {
    const frame = feed.candle(symbol, interval)
    if (frame) events.push({ event: 'candle', frame })
  }
  for (const [symbol, toldId] of toldTrades ?? []) {
    const frame = feed.recentTrades(symbol)
    const t = frame?.t.filter(([id]) => Number(id) > toldId) ?? []
    if (frame && t.length > 0) events.push({ event: 'trades', frame: { ...frame, t } })
  }
  for (const [symbol, depth] of depths) {
    const frame = feed.watchBook(symbol, depth)
    if (frame) events.push({ event: 'book', frame })
  }
  return events
}
