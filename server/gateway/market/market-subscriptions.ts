import { BOOK_DEPTH_DEFAULT } from '@valiant/shared/protocol/limits'
import type { BookDepth, Interval } from '@valiant/shared/protocol/market-data'
import type { ClientToServerEvents, ServerToClientEvents } from '@valiant/shared/protocol/events'
import type { DataOf } from '@valiant/shared/protocol/requests'
import type { Server, Socket } from 'socket.io'
import type { Feed } from '../../feed/feed.ts'
import { formingStart, newestTradeId, noStreams, type Streams, stateOf, progressOf } from './market-streams.ts'
import { type QuoteGroup, QuoteGroups } from './quote-groups.ts'
import type { CheckedSubscription, Subscriptions } from '../requests/subscribe.ts'
import { RequestFailure } from '../answering/wire-error.ts'

type MarketServer = Server<ClientToServerEvents, ServerToClientEvents>
type MarketSocket = Pick<Socket<ClientToServerEvents, ServerToClientEvents>, 'id' | 'join' | 'leave' | 'emit'>

interface CandleStream {
  readonly symbol: string
  readonly interval: Interval
}

/** The rooms of this instance. Quotes have rooms per set of symbols: `QuoteGroups`. */
export const marketRoom = {
  ticker: (symbol: string) => `ticker ${symbol}`,
  trades: (symbol: string) => `trades ${symbol}`,
  candles: (symbol: string, interval: Interval) => `candles ${symbol} ${interval}`,
  book: (symbol: string, depth: BookDepth) => `book ${symbol} ${depth}`,
}

/** The subscriptions of each socket of this gateway, and the rooms that reach all subscribers of a stream. */
export class MarketSubscriptions implements Subscriptions {
  readonly #io: MarketServer
  readonly #feed: Feed
  readonly #subscriptionsMax: number
  readonly #streams = new Map<string, Streams>()
  readonly #quoteGroups: QuoteGroups
  /** Rooms of candles that may have members. */
  readonly #candleRooms = new Map<string, CandleStream>()

  /** @param subscriptionsMax how many streams of one symbol a socket may have */
  constructor({ io, feed, subscriptionsMax }: { io: MarketServer; feed: Feed; subscriptionsMax: number }) {
    this.#io = io
    this.#feed = feed
    this.#subscriptionsMax = subscriptionsMax
    this.#quoteGroups = new QuoteGroups(feed.symbols)
    // A socket's own room is deleted with it. One listener for all sockets saves memory.
    io.of('/').adapter.on('delete-room', (room: string) => this.#streams.delete(room))
  }

  subscribe(socketId: string, subscription: CheckedSubscription): DataOf<'subscribe'> {
    const socket = this.#io.sockets.sockets.get(socketId)
    if (socket === undefined) throw gone()
    const streams = this.#streamsOf(socket)
    this.#checkCount(streams, subscription)
    const { symbols } = subscription
    switch (subscription.channel) {
      case 'quotes':
        this.#setQuotes(socket, streams, union(streams.quotes, symbols))
        return this.#feed.quotes(symbols)
      case 'ticker':
        streams.tickers = union(streams.tickers, symbols)
        for (const symbol of symbols) this.#enter(socket, streams, marketRoom.ticker(symbol))
        return symbols.flatMap((symbol) => this.#feed.ticker(symbol) ?? [])
      case 'trades':
        streams.trades = union(streams.trades, symbols)
        for (const symbol of symbols) {
          streams.heldAt?.trades.set(symbol, newestTradeId(this.#feed, symbol))
          this.#enter(socket, streams, marketRoom.trades(symbol))
        }
        return symbols.flatMap((symbol) => this.#feed.recentTrades(symbol) ?? [])
      case 'candles': {
        const { interval } = subscription
        const added = symbols.map((symbol) => [marketRoom.candles(symbol, interval), { symbol, interval }] as const)
        streams.candles = new Map([...streams.candles, ...added])
        for (const [room, stream] of added) {
          const startAtMs = formingStart(this.#feed, stream)
          if (startAtMs !== undefined) streams.heldAt?.candles.set(room, startAtMs)
          this.#enter(socket, streams, room)
        }
        return symbols.flatMap((symbol) => this.#feed.candle(symbol, interval) ?? [])
      }
      case 'book': {
        const { depth = BOOK_DEPTH_DEFAULT } = subscription
        for (const symbol of symbols) this.#setDepth(socket, streams, { symbol, depth })
        return symbols.flatMap((symbol) => this.#feed.watchBook(symbol, depth) ?? [])
      }
      default:
        return subscription satisfies never
    }
  }

  unsubscribe(socketId: string, subscription: CheckedSubscription): void {
    const socket = this.#io.sockets.sockets.get(socketId)
    const streams = this.#streams.get(socketId)
    if (socket === undefined || streams === undefined) return
    const { symbols } = subscription
    switch (subscription.channel) {
      case 'quotes':
        this.#setQuotes(socket, streams, without(streams.quotes, symbols))
        return
      case 'ticker':
        streams.tickers = without(streams.tickers, symbols)
        for (const symbol of symbols) void socket.leave(marketRoom.ticker(symbol))
        return
      case 'trades':
        streams.trades = without(streams.trades, symbols)
        for (const symbol of symbols) {
          streams.heldAt?.trades.delete(symbol)
          void socket.leave(marketRoom.trades(symbol))
        }
        return
      case 'candles': {
        const rooms = symbols.map((symbol) => marketRoom.candles(symbol, subscription.interval))
        streams.candles = new Map([...streams.candles].filter(([room]) => !rooms.includes(room)))
        for (const room of rooms) {
          streams.heldAt?.candles.delete(room)
          void socket.leave(room)
        }
        return
      }
      case 'book':
        for (const symbol of symbols) {
          const isOther = subscription.depth !== undefined && subscription.depth !== streams.depths.get(symbol)
          if (!isOther) this.#setDepth(socket, streams, { symbol, depth: undefined })
        }
        return
      default:
        subscription satisfies never
    }
  }

  /** Stops sending the market to a socket that does not keep up; its subscriptions are kept. */
  hold(socket: MarketSocket): void {
    if (!this.#io.sockets.sockets.has(socket.id)) return
    const streams = this.#streamsOf(socket)
    if (streams.heldAt !== undefined) return
    for (const room of this.#roomsOf(streams)) void socket.leave(room)
    streams.heldAt = progressOf(streams, this.#feed)
  }

  /** Brings the socket up to date and sends it live frames again. */
  resume(socket: MarketSocket): void {
    const streams = this.#streams.get(socket.id)
    if (streams?.heldAt === undefined) return
    for (const { event, frame } of stateOf(streams, this.#feed)) socket.emit(event, ...([frame] as never))
    streams.heldAt = undefined
    for (const room of this.#roomsOf(streams)) void socket.join(room)
    for (const [room, stream] of streams.candles) this.#candleRooms.set(room, stream)
  }

  hasMembers(room: string): boolean {
    return this.#io.sockets.adapter.rooms.has(room)
  }

  /** The groups of quotes with members. */
  quoteGroups(): readonly QuoteGroup[] {
    return this.#quoteGroups.watched((room) => this.hasMembers(room))
  }

  /** The streams of candles with members. */
  candleRooms(): ReadonlyMap<string, CandleStream> {
    for (const room of this.#candleRooms.keys()) if (!this.hasMembers(room)) this.#candleRooms.delete(room)
    return this.#candleRooms
  }

  /** Streams end with the socket: Socket.IO removes it from its rooms and drops empty rooms. */
  #streamsOf(socket: MarketSocket): Streams {
    const known = this.#streams.get(socket.id)
    if (known) return known
    const streams = noStreams()
    this.#streams.set(socket.id, streams)
    return streams
  }

  #checkCount({ quotes, tickers, trades, candles, depths }: Streams, subscription: CheckedSubscription): void {
    const isNew = (symbol: string): boolean => {
      switch (subscription.channel) {
        case 'quotes':
          return !quotes.has(symbol)
        case 'ticker':
          return !tickers.has(symbol)
        case 'trades':
          return !trades.has(symbol)
        case 'candles':
          return !candles.has(marketRoom.candles(symbol, subscription.interval))
        case 'book':
          return !depths.has(symbol)
        default:
          return subscription satisfies never
      }
    }
    const before = quotes.size + tickers.size + trades.size + candles.size + depths.size
    const count = before + subscription.symbols.filter(isNew).length
    if (count > this.#subscriptionsMax) throw tooMany(count, this.#subscriptionsMax)
  }

  #roomsOf({ quotes, tickers, trades, candles, depths }: Streams): readonly string[] {
    return [
      ...[this.#quoteGroups.of(quotes)?.room ?? []].flat(),
      ...[...tickers].map(marketRoom.ticker),
      ...[...trades].map(marketRoom.trades),
      ...candles.keys(),
      ...[...depths].map(([symbol, depth]) => marketRoom.book(symbol, depth)),
    ]
  }

  #enter(socket: MarketSocket, streams: Streams, room: string): void {
    if (streams.heldAt !== undefined) return
    void socket.join(room)
    const candles = streams.candles.get(room)
    if (candles !== undefined) this.#candleRooms.set(room, candles)
  }

  #setDepth(
    socket: MarketSocket,
    streams: Streams,
    { symbol, depth }: { symbol: string; depth: BookDepth | undefined },
  ): void {
    const before = streams.depths.get(symbol)
    if (before === depth) return
    if (before !== undefined) void socket.leave(marketRoom.book(symbol, before))
    const others = [...streams.depths].filter(([other]) => other !== symbol)
    streams.depths = new Map(depth === undefined ? others : [...others, [symbol, depth]])
    if (depth !== undefined) this.#enter(socket, streams, marketRoom.book(symbol, depth))
  }

  #setQuotes(socket: MarketSocket, streams: Streams, symbols: ReadonlySet<string>): void {
    const before = this.#quoteGroups.of(streams.quotes)
    const after = this.#quoteGroups.of(symbols)
    streams.quotes = after?.symbols ?? symbols
    if (before === after) return
    if (before !== undefined) void socket.leave(before.room)
    if (after !== undefined) this.#enter(socket, streams, after.room)
  }
}

const union = (some: ReadonlySet<string>, more: readonly string[]): ReadonlySet<string> => new Set([...some, ...more])
const without = (some: ReadonlySet<string>, fewer: readonly string[]): ReadonlySet<string> =>
  new Set([...some].filter((symbol) => !fewer.includes(symbol)))

function tooMany(count: number, max: number): RequestFailure {
  return new RequestFailure({
    code: 'TOO_MANY_SUBSCRIPTIONS',
    message: `A socket may watch ${max} streams, one per symbol and channel; this would make ${count}.`,
    outcome: 'not_executed',
    details: { max, found: count },
  })
}

/** The socket closed while its request was being handled: nobody reads this. */
const gone = () =>
  new RequestFailure({ code: 'UNAVAILABLE', message: 'The socket is closed.', outcome: 'not_executed' })
