import { BOOK_DEPTH_DEFAULT } from '@valiant/shared/protocol/limits'
import type { BookDepth, Interval } from '@valiant/shared/protocol/market-data'
import type { ClientToServerEvents, ServerToClientEvents } from '@valiant/shared/protocol/events'
import type { DataOf } from '@valiant/shared/protocol/requests'
import type { Server, Socket } from 'socket.io'
import type { Feed, RecentHistory } from '../feed/feed.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import type { Logger } from '../telemetry/logger.ts'
import { QuoteGroups } from './quote-groups.ts'
import type { CheckedSubscription, Subscriptions } from './requests/subscribe.ts'
import { RequestFailure } from './wire-error.ts'

type MarketServer = Server<ClientToServerEvents, ServerToClientEvents>
type MarketSocket = Socket<ClientToServerEvents, ServerToClientEvents>

/** What one socket is subscribed to. */
interface Streams {
  readonly quotes: Set<string>
  /** Rooms of tickers, trades and candles. */
  readonly rooms: Set<string>
  readonly depths: Map<string, BookDepth>
}

const roomOf = {
  ticker: (symbol: string) => `ticker ${symbol}`,
  trades: (symbol: string) => `trades ${symbol}`,
  candles: (symbol: string, interval: Interval) => `candles ${symbol} ${interval}`,
  book: (symbol: string, depth: BookDepth) => `book ${symbol} ${depth}`,
}

interface MarketDataParts {
  readonly io: MarketServer
  readonly feed: Feed
  /** How many streams of one symbol a socket may have. */
  readonly subscriptionsMax: number
  /** Frames are missing: the books stand still until somebody brings a full one. Called at most once a gap. */
  readonly onGap: () => void
  /** The bars of a symbol as they are stored now: after a split its whole history is another. */
  readonly historyOf: (symbol: string) => Promise<RecentHistory>
  readonly log: Pick<Logger, 'error'>
}

/** Streams the market to the sockets of this gateway: each frame is made and encoded once for all who watch. */
export class MarketData implements Subscriptions {
  readonly #io: MarketServer
  readonly #feed: Feed
  readonly #subscriptionsMax: number
  readonly #onGap: () => void
  readonly #historyOf: MarketDataParts['historyOf']
  readonly #log: MarketDataParts['log']
  readonly #streams = new WeakMap<MarketSocket, Streams>()
  readonly #quoteGroups: QuoteGroups
  /** Rooms of candles that may have members. */
  readonly #candleRooms = new Map<string, { readonly symbol: string; readonly interval: Interval }>()
  #hasGap = false
  /** Frames behind one that waits for the history after a split. */
  #held: MarketFrame[] | undefined

  constructor({ io, feed, subscriptionsMax, onGap, historyOf, log }: MarketDataParts) {
    this.#io = io
    this.#feed = feed
    this.#subscriptionsMax = subscriptionsMax
    this.#onGap = onGap
    this.#historyOf = historyOf
    this.#log = log
    this.#quoteGroups = new QuoteGroups(feed.symbols)
  }

  /**
   * A frame of the leader. It is delivered in a turn of the event loop of its own: an answer that is on its way through
   * promises, with a snapshot in it, goes out before any frame that is newer than the snapshot.
   */
  market(frame: MarketFrame): void {
    setImmediate(() => this.#deliver(frame))
  }

  subscribe(socketId: string, subscription: CheckedSubscription): DataOf<'subscribe'> {
    const socket = this.#io.sockets.sockets.get(socketId)
    if (socket === undefined) throw gone()
    const streams = this.#streamsOf(socket)
    this.#checkCount(streams, subscription)
    const { symbols } = subscription
    switch (subscription.channel) {
      case 'quotes':
        this.#setQuotes(socket, new Set([...streams.quotes, ...symbols]))
        return this.#feed.quotes(symbols)
      case 'ticker':
        for (const symbol of symbols) this.#join(socket, roomOf.ticker(symbol))
        return symbols.flatMap((symbol) => this.#feed.ticker(symbol) ?? [])
      case 'trades':
        for (const symbol of symbols) this.#join(socket, roomOf.trades(symbol))
        return symbols.flatMap((symbol) => this.#feed.recentTrades(symbol) ?? [])
      case 'candles': {
        const { interval } = subscription
        for (const symbol of symbols) {
          const room = roomOf.candles(symbol, interval)
          this.#candleRooms.set(room, { symbol, interval })
          this.#join(socket, room)
        }
        return symbols.flatMap((symbol) => this.#feed.candle(symbol, interval) ?? [])
      }
      case 'book': {
        const { depth = BOOK_DEPTH_DEFAULT } = subscription
        for (const symbol of symbols) this.#setDepth(socket, symbol, depth)
        return symbols.flatMap((symbol) => this.#feed.watchBook(symbol, depth) ?? [])
      }
      default:
        return subscription satisfies never
    }
  }

  unsubscribe(socketId: string, subscription: CheckedSubscription): void {
    const socket = this.#io.sockets.sockets.get(socketId)
    if (socket === undefined) return
    const { symbols } = subscription
    switch (subscription.channel) {
      case 'quotes': {
        const { quotes } = this.#streamsOf(socket)
        this.#setQuotes(socket, new Set([...quotes].filter((symbol) => !symbols.includes(symbol))))
        return
      }
      case 'ticker':
      case 'trades': {
        const room = roomOf[subscription.channel]
        for (const symbol of symbols) this.#leave(socket, room(symbol))
        return
      }
      case 'candles':
        for (const symbol of symbols) this.#leave(socket, roomOf.candles(symbol, subscription.interval))
        return
      case 'book': {
        const { depths } = this.#streamsOf(socket)
        for (const symbol of symbols) {
          const isOther = subscription.depth !== undefined && subscription.depth !== depths.get(symbol)
          if (!isOther) this.#setDepth(socket, symbol, undefined)
        }
        return
      }
      default:
        subscription satisfies never
    }
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

  /** Shares were split: their bars are read anew before the frame that tells of it is shown, so that no price jumps. */
  async #restate(frame: MarketFrame, symbols: readonly string[]): Promise<void> {
    const held: MarketFrame[] = (this.#held = [])
    const histories = new Map<string, RecentHistory>()
    try {
      for (const symbol of symbols) histories.set(symbol, await this.#historyOf(symbol))
    } catch (error) {
      this.#log.error({ err: error, symbols }, 'feed: the history after a split could not be read; it begins anew')
    }
    this.#held = undefined
    this.#apply(frame, histories)
    for (const later of held) this.#deliver(later)
  }

  #apply(frame: MarketFrame, histories?: ReadonlyMap<string, RecentHistory>): void {
    const applied = this.#feed.apply(frame, histories)
    if (applied === 'old') return
    if (applied === 'gap' && !this.#hasGap) this.#onGap()
    this.#hasGap = applied === 'gap'
    this.#sendQuotes()
    this.#sendTrades(frame)
    this.#sendCandles()
    this.#sendTickers()
    this.#sendBooks()
  }

  #sendQuotes(): void {
    const frame = this.#feed.changedQuotes()
    if (frame === undefined) return
    for (const { room, symbols } of this.#quoteGroups.watched((room) => this.#hasMembers(room))) {
      const q = symbols === 'all' ? frame.q : frame.q.filter(([symbol]) => symbols.has(symbol))
      if (q.length > 0) this.#io.local.to(room).emit('quotes', { ...frame, q })
    }
  }

  #sendTrades({ symbols }: MarketFrame): void {
    for (const { symbol } of symbols) {
      const room = roomOf.trades(symbol)
      const frame = this.#hasMembers(room) ? this.#feed.newTrades(symbol) : undefined
      if (frame) this.#io.local.to(room).emit('trades', frame)
    }
  }

  #sendCandles(): void {
    for (const [room, { symbol, interval }] of this.#candleRooms) {
      if (!this.#hasMembers(room)) this.#candleRooms.delete(room)
      else
        for (const frame of this.#feed.changedCandles(symbol, interval)) this.#io.local.to(room).emit('candle', frame)
    }
  }

  #sendTickers(): void {
    for (const symbol of this.#feed.dueTickers()) {
      const room = roomOf.ticker(symbol)
      const frame = this.#hasMembers(room) ? this.#feed.ticker(symbol) : undefined
      if (frame) this.#io.local.to(room).emit('ticker', frame)
    }
  }

  #sendBooks(): void {
    for (const frame of this.#feed.changedBooks((symbol, depth) => this.#hasMembers(roomOf.book(symbol, depth)))) {
      this.#io.local.to(roomOf.book(frame.symbol, frame.depth)).emit('book', frame)
    }
  }

  #hasMembers(room: string): boolean {
    return this.#io.sockets.adapter.rooms.has(room)
  }

  /** All streams end with the socket: Socket.IO takes it out of its rooms, and rooms without members are forgotten. */
  #streamsOf(socket: MarketSocket): Streams {
    const known = this.#streams.get(socket)
    if (known) return known
    const streams: Streams = { quotes: new Set(), rooms: new Set(), depths: new Map() }
    this.#streams.set(socket, streams)
    return streams
  }

  #checkCount({ quotes, rooms, depths }: Streams, subscription: CheckedSubscription): void {
    const isNew = (symbol: string): boolean => {
      switch (subscription.channel) {
        case 'quotes':
          return !quotes.has(symbol)
        case 'book':
          return !depths.has(symbol)
        case 'candles':
          return !rooms.has(roomOf.candles(symbol, subscription.interval))
        case 'ticker':
        case 'trades':
          return !rooms.has(roomOf[subscription.channel](symbol))
        default:
          return subscription satisfies never
      }
    }
    const count = quotes.size + rooms.size + depths.size + subscription.symbols.filter(isNew).length
    if (count > this.#subscriptionsMax) throw tooMany(count, this.#subscriptionsMax)
  }

  #join(socket: MarketSocket, room: string): void {
    this.#streamsOf(socket).rooms.add(room)
    void socket.join(room)
  }

  #leave(socket: MarketSocket, room: string): void {
    if (this.#streamsOf(socket).rooms.delete(room)) void socket.leave(room)
  }

  #setDepth(socket: MarketSocket, symbol: string, depth: BookDepth | undefined): void {
    const { depths } = this.#streamsOf(socket)
    const before = depths.get(symbol)
    if (before === depth) return
    if (before !== undefined) void socket.leave(roomOf.book(symbol, before))
    if (depth === undefined) depths.delete(symbol)
    else {
      depths.set(symbol, depth)
      void socket.join(roomOf.book(symbol, depth))
    }
  }

  #setQuotes(socket: MarketSocket, symbols: ReadonlySet<string>): void {
    const { quotes } = this.#streamsOf(socket)
    const before = this.#quoteGroups.roomOf(quotes)
    const after = this.#quoteGroups.roomOf(symbols)
    quotes.clear()
    for (const symbol of symbols) quotes.add(symbol)
    if (before === after) return
    if (before !== undefined) void socket.leave(before)
    if (after !== undefined) void socket.join(after)
  }
}

function tooMany(count: number, max: number): RequestFailure {
  return new RequestFailure({
    code: 'TOO_MANY_SUBSCRIPTIONS',
    message: `A socket may watch ${max} streams, one a symbol and channel; this would make it ${count}.`,
    outcome: 'not_executed',
    details: { max, found: count },
  })
}

/** The socket closed while its request was on the way: nobody will read this. */
const gone = () =>
  new RequestFailure({ code: 'UNAVAILABLE', message: 'The socket is closed.', outcome: 'not_executed' })
