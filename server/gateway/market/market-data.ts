import type { Feed, RecentHistory } from '../../feed/feed.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { marketRoom, type MarketSubscriptions } from './market-subscriptions.ts'
import type { RoomSender } from '../delivery/room-sender.ts'

interface MarketDataParts {
  readonly feed: Feed
  readonly subscriptions: Pick<MarketSubscriptions, 'hasMembers' | 'quoteGroups' | 'candleRooms'>
  readonly rooms: RoomSender
  /** Frames are missing: the books stand still until a full frame arrives. Called at most once per gap. */
  readonly onGap: () => void
  /** The stored bars of a symbol, which a split restates. */
  readonly historyOf: (symbol: string) => Promise<RecentHistory>
  readonly log: Pick<Logger, 'error'>
}

/** Streams the market to the sockets of this gateway. Each frame is built and encoded once for all its subscribers. */
export class MarketData {
  readonly #parts: MarketDataParts
  readonly #feed: Feed
  #hasGap = false
  /** Frames queued behind one that waits for the history after a split. */
  #held: MarketFrame[] | undefined

  constructor(parts: MarketDataParts) {
    this.#parts = parts
    this.#feed = parts.feed
  }

  /**
   * A frame of the leader. It is delivered in its own turn of the event loop, so that a snapshot in a pending answer goes
   * out before any newer frame.
   */
  market(frame: MarketFrame): void {
    setImmediate(() => this.#deliver(frame))
  }

  #deliver(frame: MarketFrame): void {
    if (this.#held !== undefined) {
      this.#held.push(frame)
      return
    }
    const restated = this.#feed.restatedBy(frame)
    if (restated.length > 0) void this.#restate(frame, restated)
    else this.#apply(frame)
  }

  /** After a split, rereads the bars before showing the frame that reports it, so that no price jumps. */
  async #restate(frame: MarketFrame, symbols: readonly string[]): Promise<void> {
    const held: MarketFrame[] = (this.#held = [])
    const histories = new Map<string, RecentHistory>()
    try {
      for (const symbol of symbols) histories.set(symbol, await this.#parts.historyOf(symbol))
    } catch (error) {
      this.#parts.log.error(
        { err: error, symbols },
        'feed: the history after a split could not be read; starting with an empty one',
      )
    }
    this.#held = undefined
    this.#apply(frame, histories)
    for (const later of held) this.#deliver(later)
  }

  #apply(frame: MarketFrame, histories?: ReadonlyMap<string, RecentHistory>): void {
    const applied = this.#feed.apply(frame, histories)
    if (applied === 'old') return
    if (applied === 'gap' && !this.#hasGap) this.#parts.onGap()
    this.#hasGap = applied === 'gap'
    this.#parts.rooms.together(() => {
      this.#sendQuotes()
      this.#sendTrades(frame)
      this.#sendCandles()
      this.#sendTickers()
      this.#sendBooks()
    })
  }

  #sendQuotes(): void {
    const frame = this.#feed.changedQuotes()
    if (frame === undefined) return
    const { rooms, subscriptions } = this.#parts
    for (const { room, symbols, isAll } of subscriptions.quoteGroups()) {
      const q = isAll ? frame.q : frame.q.filter(([symbol]) => symbols.has(symbol))
      if (q.length > 0) rooms.send(room, 'quotes', { ...frame, q })
    }
  }

  #sendTrades({ symbols }: MarketFrame): void {
    const { rooms, subscriptions } = this.#parts
    for (const { symbol } of symbols) {
      const room = marketRoom.trades(symbol)
      const frame = subscriptions.hasMembers(room) ? this.#feed.newTrades(symbol) : undefined
      if (frame) rooms.send(room, 'trades', frame)
    }
  }

  #sendCandles(): void {
    const { rooms, subscriptions } = this.#parts
    for (const [room, { symbol, interval }] of subscriptions.candleRooms()) {
      for (const frame of this.#feed.changedCandles(symbol, interval)) rooms.send(room, 'candle', frame)
    }
  }

  #sendTickers(): void {
    const { rooms, subscriptions } = this.#parts
    for (const symbol of this.#feed.dueTickers()) {
      const room = marketRoom.ticker(symbol)
      const frame = subscriptions.hasMembers(room) ? this.#feed.ticker(symbol) : undefined
      if (frame) rooms.send(room, 'ticker', frame)
    }
  }

  #sendBooks(): void {
    const { rooms, subscriptions } = this.#parts
    const isWatched = (symbol: string, depth: Parameters<typeof marketRoom.book>[1]) =>
      subscriptions.hasMembers(marketRoom.book(symbol, depth))
    for (const frame of this.#feed.changedBooks(isWatched)) {
      rooms.send(marketRoom.book(frame.symbol, frame.depth), 'book', frame)
    }
  }
}
