import { ERRORS } from '../protocol/errors.ts'
import type { Answer, EventOf } from '../protocol/events.ts'
import { ANSWER_MS_MAX, BOOK_DEPTH_DEFAULT, SYMBOLS_MAX } from '../protocol/limits.ts'
import type { BookDepth, BookFrame, Channel, Interval, QuotesFrame, TradesFrame } from '../protocol/market-data.ts'
import type { WireError } from '../protocol/wire-error.ts'
import { retryDelayMs } from './backoff.ts'
import { bookAfter, type BookState } from './book-mirror.ts'
import type { Connection } from './connection.ts'
import { Listeners } from './listeners.ts'
import { BEGINNING, isBefore, type Moment, momentOf, type StreamFrame, tradesAfter } from './stream-order.ts'
import type { Surroundings } from './surroundings.ts'

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

export interface SubscribeOptions {
  /** It continues while the others are paused. */
  readonly isKept?: boolean
}

/** A subscription that the server refused, and that asking again on this connection would not help. */
export interface SubscriptionRefusal {
  readonly subscription: {
    readonly channel: Channel
    readonly symbols: readonly string[]
    readonly interval?: Interval | undefined
    readonly depth?: BookDepth | undefined
  }
  readonly error: WireError
}

const ALL = '*'
/** A book that stayed whole for this long is asked for again at once when it breaks; one that broke sooner backs off. */
const SOUND_MS = 10_000
const PATIENCE_MS = ANSWER_MS_MAX + 2_000

/** One symbol's stream ("*" for all), or the quotes of a set of symbols, with everyone who listens to it. */
interface Stream {
  readonly key: string
  readonly channel: Channel
  readonly symbols: ReadonlySet<string>
  readonly interval: Interval | undefined
  readonly depth: BookDepth | undefined
  readonly listeners: Listeners<unknown>
  readonly books: Listeners<BookState>
  /** Continues while the others are paused. */
  isKept: boolean
  /** The newest moment that listeners have seen; nothing older follows, whichever connection it comes on. */
  reportedTo: Moment
  /** The book as its connection has it; undefined after a gap. */
  book: BookState | undefined
  /** The connection that gave the snapshot; frames of other connections are ignored. */
  connection: Connection | undefined
  /** The connection on which a subscribe request is in flight. */
  asked: Connection | undefined
  /** The server has accepted it before, so it may share a request with others. */
  isKnown: boolean
  failures: number
  healedAt: number
  cancelRetry: () => void
}

/**
 * A client's subscriptions. Each stream is subscribed once however many listeners it has, again on each new connection, and
 * unsubscribed when the last listener leaves. While two connections stand, a stream follows the old one until the new one has
 * given its snapshot. Books are kept whole here; after a gap only that symbol is subscribed again.
 */
export class Subscriptions {
  readonly #streams = new Map<string, Stream>()
  readonly #around: Surroundings
  readonly #refusedBy: (refusal: SubscriptionRefusal) => void
  /** Each cancels the timeout of an answer that is still to come. */
  readonly #waits = new Set<() => void>()
  /** Streams that were requested on a new connection, or after a pause, and not answered yet. */
  readonly #behind = new Set<Stream>()
  #caughtUp: (() => void)[] = []
  #isPaused = false
  #connection: Connection | undefined

  /** @param refusedBy called with each subscription that the server refuses for good */
  constructor(around: Surroundings, refusedBy: (refusal: SubscriptionRefusal) => void) {
    this.#around = around
    this.#refusedBy = refusedBy
  }

  /** @returns ends the subscription */
  add(
    subscription: ChannelSubscription,
    listener: (frame: unknown) => void,
    { isKept = false }: SubscribeOptions = {},
  ): () => void {
    const { channel, symbols = [ALL] } = subscription
    const interval = subscription.channel === 'candles' ? subscription.interval : undefined
    const depth = subscription.channel === 'book' ? (subscription.depth ?? BOOK_DEPTH_DEFAULT) : undefined
    // A quotes frame holds many symbols: with a stream for each, its listener would be called several times a frame.
    const parts = channel === 'quotes' ? [symbols] : [...new Set(symbols)].map((symbol) => [symbol])
    const stops = parts.map((part) => {
      const stream = this.#stream({ channel, symbols: new Set(part), interval, depth, isKept })
      return this.#ending(stream, stream.listeners.add(listener))
    })
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** @returns ends the subscription */
  addBook(symbol: string, depth: BookDepth | undefined, listener: (book: BookState) => void): () => void {
    const symbols = new Set([symbol])
    const stream = this.#stream({
      channel: 'book',
      symbols,
      interval: undefined,
      depth: depth ?? BOOK_DEPTH_DEFAULT,
      isKept: false,
    })
    const stop = stream.books.add(listener)
    if (stream.book) listener(stream.book)
    return this.#ending(stream, stop)
  }

  /** Subscribes everything on a new connection, or on one whose instance has found its leader. */
  open(connection: Connection): void {
    this.#connection = connection
    this.#catchUp([...this.#streams.values()])
  }

  /** Gives up all streams but the kept ones, until `resume`. */
  pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#behind.clear()
    const paused = [...this.#streams.values()].filter(({ isKept }) => !isKept)
    const followed = paused.filter(({ connection, asked }) => connection !== undefined || asked !== undefined)
    for (const stream of paused) {
      stream.cancelRetry()
      Object.assign(stream, { connection: undefined, asked: undefined, book: undefined })
    }
    for (const stream of followed) this.#unsubscribe(stream)
  }

  /** Subscribes the paused streams again. */
  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#catchUp([...this.#streams.values()].filter(({ isKept }) => !isKept))
  }

  /** Resolves once every stream has been answered on the connection in use. */
  caughtUp(): Promise<void> {
    return new Promise((resolve) => {
      this.#caughtUp.push(resolve)
      this.#settle()
    })
  }

  /** The connection now leads to another exchange, whose times and ids start over: anything may be reported again. */
  restart(): void {
    for (const stream of this.#streams.values()) stream.reportedTo = BEGINNING
  }

  /** Whether a stream still follows this connection because the new one has not given its snapshot. */
  awaits(connection: Connection): boolean {
    return [...this.#streams.values()].some((stream) => stream.connection === connection)
  }

  /** The connection is lost: its streams pause until the next one. */
  lose(connection: Connection): void {
    if (connection === this.#connection) {
      this.#connection = undefined
      this.#behind.clear()
    }
    for (const stream of this.#streams.values()) {
      if (stream.connection === connection) stream.connection = undefined
      if (stream.asked === connection) stream.asked = undefined
    }
  }

  close(): void {
    this.#connection = undefined
    for (const stream of this.#streams.values()) stream.cancelRetry()
    for (const cancel of this.#waits) cancel()
    this.#waits.clear()
  }

  /** Hands a frame to the streams of its channel and symbol. */
  take(connection: Connection, channel: Channel, frame: StreamFrame): void {
    for (const stream of this.#streams.values()) {
      if (stream.connection === connection && isOf(stream, channel, frame)) this.#tell(stream, frame)
    }
  }

  #catchUp(all: readonly Stream[]): void {
    const streams = all.filter((stream) => this.#isActive(stream))
    for (const stream of streams) this.#behind.add(stream)
    this.#askTogether(streams)
    this.#settle()
  }

  #isActive({ isKept }: Stream): boolean {
    return isKept || !this.#isPaused
  }

  /** @param stream one that is no longer waited for */
  #settle(stream?: Stream): void {
    if (stream) this.#behind.delete(stream)
    if (this.#behind.size > 0 || this.#connection === undefined || this.#isPaused) return
    const waiting = this.#caughtUp
    this.#caughtUp = []
    for (const resolve of waiting) resolve()
  }

  #stream(wanted: Pick<Stream, 'channel' | 'symbols' | 'interval' | 'depth' | 'isKept'>): Stream {
    const key = keyOf(wanted)
    const stands = this.#streams.get(key)
    if (stands && wanted.isKept) stands.isKept = true
    if (stands !== undefined && stands.depth === wanted.depth) return stands
    stands?.cancelRetry()
    const stream: Stream = {
      ...wanted,
      key,
      listeners: stands?.listeners ?? new Listeners(),
      books: stands?.books ?? new Listeners(),
      isKept: wanted.isKept || stands?.isKept === true,
      reportedTo: stands?.reportedTo ?? BEGINNING,
      book: undefined,
      connection: undefined,
      asked: undefined,
      isKnown: false,
      failures: 0,
      healedAt: 0,
      cancelRetry: () => undefined,
    }
    this.#streams.set(key, stream)
    if (stands && this.#behind.delete(stands)) this.#behind.add(stream)
    if (this.#isActive(stream)) this.#ask([stream])
    return stream
  }

  #ending(stream: Stream, stop: () => void): () => void {
    return () => {
      stop()
      if (stream.listeners.size + stream.books.size > 0) return
      // A stream of another depth may have taken its place.
      const stands = this.#streams.get(stream.key)
      if (stands?.listeners !== stream.listeners) return
      this.#streams.delete(stream.key)
      stands.cancelRetry()
      this.#settle(stands)
      if (this.#isActive(stands)) this.#unsubscribe(stands)
    }
  }

  /** A socket's streams overlap on the server, so only symbols that no other stream here covers are given up. */
  #unsubscribe({ channel, symbols, interval, depth }: Stream): void {
    const connection = this.#connection
    if (!connection) return
    const others = [...this.#streams.values()].filter(
      (other) =>
        other.channel === channel &&
        other.interval === interval &&
        (other.connection === connection || other.asked === connection),
    )
    if (others.some((other) => other.symbols.has(ALL))) return
    const freed = [...symbols].filter((symbol) => !others.some((other) => other.symbols.has(symbol)))
    if (freed.length > 0) {
      connection.send('unsubscribe', { channel, symbols: freed, interval, depth }, () => undefined)
    }
    // "*" has taken the single symbols with it.
    if (symbols.has(ALL)) this.#askTogether(others)
  }

  /** Subscribes with as few requests as the server takes; what it may refuse, or what means all, by itself. */
  #askTogether(all: readonly Stream[]): void {
    const groups = new Map<string, Stream[]>()
    for (const stream of all) {
      const isAlone = !stream.isKnown || stream.symbols.has(ALL)
      const name = [stream.channel, stream.interval, stream.depth, ...(isAlone ? [stream.key] : [])].join(' ')
      groups.set(name, [...(groups.get(name) ?? []), stream])
    }
    for (const streams of groups.values()) {
      let part: Stream[] = []
      let count = 0
      for (const stream of streams) {
        if (count + stream.symbols.size > SYMBOLS_MAX) {
          this.#ask(part)
          part = []
          count = 0
        }
        part.push(stream)
        count += stream.symbols.size
      }
      this.#ask(part)
    }
  }

  /** @param streams of one channel, interval and depth */
  #ask(streams: readonly Stream[]): void {
    const connection = this.#connection
    const [first] = streams
    if (!connection || !first) return
    for (const stream of streams) {
      stream.cancelRetry()
      stream.asked = connection
    }
    const mine = (): Stream[] =>
      streams.filter((stream) => stream.asked === connection && this.#streams.get(stream.key) === stream)
    const cancel = this.#around.clock.after(PATIENCE_MS, () => {
      this.#waits.delete(cancel)
      this.#ask(mine())
    })
    this.#waits.add(cancel)
    const { channel, interval, depth } = first
    const symbols = [...new Set(streams.flatMap((stream) => [...stream.symbols]))]
    connection.send('subscribe', { channel, symbols, interval, depth }, (answer) => {
      cancel()
      this.#waits.delete(cancel)
      const asked = mine()
      for (const stream of asked) stream.asked = undefined
      if (answer.ok) this.#begin(asked, connection, answer.data)
      else this.#refused(asked, answer)
      // One that was refused together with others has been asked for again, by itself.
      for (const stream of asked) if (stream.asked === undefined) this.#settle(stream)
    })
  }

  #begin(streams: readonly Stream[], connection: Connection, data: unknown): void {
    const frames = (Array.isArray(data) ? data : [data]) as StreamFrame[]
    for (const stream of streams) {
      Object.assign(stream, { connection, isKnown: true, book: undefined })
      if (stream.channel !== 'book') stream.failures = 0
      for (const frame of frames) {
        if (isOf(stream, stream.channel, frame)) this.#tell(stream, frame)
      }
    }
  }

  /** What may succeed later is asked for again. Several in one request are asked one by one: only one may be at fault. */
  #refused(streams: readonly Stream[], { error }: Answer & { ok: false }): void {
    const [first] = streams
    if (!first) return
    if (ERRORS[error.code].retry === 'same_id') {
      for (const stream of streams) this.#askLater(stream, error.retryAfterMs)
    } else if (streams.length > 1) {
      for (const stream of streams) this.#ask([stream])
    } else {
      const { channel, symbols, interval, depth } = first
      this.#refusedBy({ subscription: { channel, symbols: [...symbols], interval, depth }, error })
    }
  }

  #askLater(stream: Stream, atLeastMs = 0): void {
    const { clock, random } = this.#around
    stream.cancelRetry()
    const waitMs = Math.max(atLeastMs, retryDelayMs(stream.failures++, random()))
    stream.cancelRetry = clock.after(waitMs, () => this.#ask([stream]))
  }

  #tell(stream: Stream, frame: StreamFrame): void {
    const { channel } = stream
    const moment = momentOf(channel, frame)
    if (channel === 'book') {
      this.#tellBook(stream, frame as BookFrame)
    } else if (channel === 'trades') {
      const { t } = frame as TradesFrame
      const fresh = tradesAfter(t, stream.reportedTo)
      if (fresh.length === 0 && stream.reportedTo !== BEGINNING) return
      if (fresh.length > 0) stream.reportedTo = moment
      stream.listeners.tell(fresh.length === t.length ? frame : { ...frame, t: fresh })
    } else if (!isBefore(moment, stream.reportedTo)) {
      stream.reportedTo = moment
      const own = channel === 'quotes' ? quotesOf(stream, frame as QuotesFrame) : frame
      if (own) stream.listeners.tell(own)
    }
  }

  #tellBook(stream: Stream, frame: BookFrame): void {
    const moment = momentOf('book', frame)
    if (frame.depth !== stream.depth || frame.epoch < stream.reportedTo[0]) return
    stream.listeners.tell(frame)
    // A snapshot is on its way, which holds this change too.
    if (frame.type === 'update' && stream.book === undefined) return
    stream.book = bookAfter(stream.book, frame)
    if (!stream.book) this.#heal(stream)
    else if (!isBefore(moment, stream.reportedTo)) {
      stream.reportedTo = moment
      stream.books.tell(stream.book)
    }
  }

  /** Subscribes this one symbol again: at once, or after a pause where that has not helped. */
  #heal(stream: Stream): void {
    if (stream.asked !== undefined) return
    const now = this.#around.clock.now()
    const isSound = Math.abs(now - stream.healedAt) > SOUND_MS
    stream.healedAt = now
    if (isSound) stream.failures = 0
    if (isSound) this.#ask([stream])
    else this.#askLater(stream)
  }
}

/** A socket has one depth per symbol, and the last one asked for replaces it for all, so the key leaves it out. */
const keyOf = ({ channel, symbols, interval }: Pick<Stream, 'channel' | 'symbols' | 'interval'>): string =>
  [channel, [...symbols].sort().join(','), interval].join(' ')

function isOf({ channel, symbols, interval }: Stream, frameChannel: Channel, frame: StreamFrame): boolean {
  if (channel !== frameChannel) return false
  if (frame.symbol !== undefined && !symbols.has(frame.symbol) && !symbols.has(ALL)) return false
  return interval === undefined || interval === frame.interval
}

/** A frame holds whatever the socket watches. @returns the stream's own part of it; undefined where there is none */
function quotesOf({ symbols }: Stream, frame: QuotesFrame): QuotesFrame | undefined {
  if (symbols.has(ALL)) return frame
  const q = frame.q.filter(([symbol]) => symbols.has(symbol))
  if (q.length === 0) return undefined
  return q.length === frame.q.length ? frame : { ...frame, q }
}
