import type { EventOf } from '../protocol/events.ts'
import type { BookDepth, BookFrame, Channel, Interval, Subscription } from '../protocol/market-data.ts'
import { BOOK_DEPTH_DEFAULT } from '../protocol/limits.ts'
import { bookAfter, type BookState } from './book-mirror.ts'
import { Listeners } from './listeners.ts'

/** The event in which a channel's frames come. */
export const EVENT_OF_CHANNEL = {
  quotes: 'quotes',
  ticker: 'ticker',
  candles: 'candle',
  book: 'book',
  trades: 'trades',
} as const satisfies Record<Channel, string>

export type FrameOf<Of extends Channel> = EventOf<(typeof EVENT_OF_CHANNEL)[Of]>

/** One stream of one symbol (or of all, "*"), with all who listen to it. */
interface Stream {
  readonly subscription: Subscription
  readonly listeners: Listeners<unknown>
  readonly books: Listeners<BookState>
  book: BookState | undefined
  isHealing: boolean
}

type Frame = { epoch: number; symbol?: string; interval?: Interval }

interface Wire {
  /** Asks for a stream; undefined while there is no connection, which asks by itself when it comes. */
  subscribe(subscription: Subscription): Promise<unknown>
  unsubscribe(subscription: Subscription): void
}

/**
 * What a client listens to: asked for once however many listen, again after each reconnect, and given up when the last
 * one leaves. Books are kept whole here; one that does not follow is asked for again, and only that symbol.
 */
export class Subscriptions {
  readonly #streams = new Map<string, Stream>()
  readonly #wire: Wire

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /** @returns ends it */
  add(subscription: Subscription, listener: (frame: unknown) => void): () => void {
    const stops = (subscription.symbols ?? ['*']).map((symbol) => {
      const stream = this.#stream({ ...subscription, symbols: [symbol] })
      return this.#ending(stream, stream.listeners.add(listener))
    })
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** @returns ends it */
  addBook(symbol: string, depth: BookDepth | undefined, listener: (book: BookState) => void): () => void {
    const stream = this.#stream({ channel: 'book', symbols: [symbol], depth: depth ?? BOOK_DEPTH_DEFAULT })
    const stop = stream.books.add(listener)
    if (stream.book) listener(stream.book)
    return this.#ending(stream, stop)
  }

  /** A new connection: everything is asked for again. */
  renew(): void {
    for (const stream of this.#streams.values()) void this.#ask(stream)
  }

  /** A frame of the server goes to those who listen to its channel and symbol. */
  take(channel: Channel, frame: Frame): void {
    for (const stream of this.#streams.values()) {
      const { subscription } = stream
      if (subscription.channel !== channel) continue
      const symbol = subscription.symbols?.[0]
      if (symbol !== '*' && frame.symbol !== undefined && symbol !== frame.symbol) continue
      if (subscription.interval !== undefined && subscription.interval !== frame.interval) continue
      this.#tell(stream, frame)
    }
  }

  #stream(subscription: Subscription): Stream {
    const { channel, symbols, interval, depth } = subscription
    // A socket has one depth a symbol: who asks for another replaces it for all, so it is not part of the key.
    const key = [channel, symbols?.[0], interval].join(' ')
    const stands = this.#streams.get(key)
    if (stands?.subscription.depth === depth && stands !== undefined) return stands
    const stream: Stream = {
      subscription,
      listeners: stands?.listeners ?? new Listeners(),
      books: stands?.books ?? new Listeners(),
      book: undefined,
      isHealing: false,
    }
    this.#streams.set(key, stream)
    void this.#ask(stream)
    return stream
  }

  #ending(stream: Stream, stop: () => void): () => void {
    return () => {
      stop()
      const { channel, symbols, interval } = stream.subscription
      const key = [channel, symbols?.[0], interval].join(' ')
      if (stream.listeners.size + stream.books.size > 0 || !this.#streams.delete(key)) return
      this.#wire.unsubscribe(stream.subscription)
    }
  }

  async #ask(stream: Stream): Promise<void> {
    stream.isHealing = true
    try {
      const data = await this.#wire.subscribe(stream.subscription)
      stream.isHealing = false
      for (const frame of Array.isArray(data) ? data : [data]) this.#tell(stream, frame as Frame)
    } catch {
      // Refused or not answered: the next connection asks again, and the page says how old its figures are.
      stream.isHealing = false
    }
  }

  #tell(stream: Stream, frame: Frame): void {
    if (stream.subscription.channel === 'book') this.#tellBook(stream, frame as BookFrame)
    stream.listeners.tell(frame)
  }

  #tellBook(stream: Stream, frame: BookFrame): void {
    if (frame.depth !== stream.subscription.depth) return
    if (frame.type === 'update' && (stream.book === undefined || frame.seq <= stream.book.seq)) return
    const book = bookAfter(stream.book, frame)
    if (book) {
      stream.book = book
      stream.books.tell(book)
    } else if (!stream.isHealing) void this.#ask(stream)
  }
}
