import type { EventOf } from '../protocol/events.ts'
import type { BookDepth, Channel, Interval } from '../protocol/market-data.ts'

/** The event that carries a channel's frames. */
export const EVENT_OF_CHANNEL = {
  quotes: 'quotes',
  ticker: 'ticker',
  candles: 'candle',
  book: 'book',
  trades: 'trades',
} as const satisfies Record<Channel, string>

export type FrameOf<Of extends Channel> = EventOf<(typeof EVENT_OF_CHANNEL)[Of]>

interface OfSymbols {
  readonly symbols: readonly string[]
}
/** A subscription to a channel; for quotes and ticker, `symbols` absent or `["*"]` means every symbol. */
export type ChannelSubscription =
  | ({ readonly channel: 'quotes' } & Partial<OfSymbols>)
  | ({ readonly channel: 'ticker' } & Partial<OfSymbols>)
  | ({ readonly channel: 'candles'; readonly interval: Interval } & OfSymbols)
  | ({ readonly channel: 'book'; readonly depth?: BookDepth | undefined } & OfSymbols)
  | ({ readonly channel: 'trades' } & OfSymbols)
