import { ERRORS } from '../protocol/errors.ts'
import type { Answer } from '../protocol/events.ts'
import { ANSWER_MS_MAX, BOOK_DEPTH_DEFAULT, SYMBOLS_DEFAULT } from '../protocol/limits.ts'
import type { BookDepth, Channel, Interval } from '../protocol/market-data.ts'
import type { WireError } from '../protocol/wire-error.ts'
import { retryDelayMs } from './backoff.ts'
import type { BookState } from './book-mirror.ts'
import type { ChannelSubscription } from './channels.ts'
import type { Connection } from './connection.ts'
import { ALL, keyOf, Stream, type StreamTerms } from './stream.ts'
import { groupsOf } from './stream-groups.ts'
import type { StreamFrame } from './stream-order.ts'
import type { Surroundings } from './surroundings.ts'

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

/** A book that stayed whole for this long is asked for again at once when it breaks; one that broke sooner backs off. */
const SOUND_MS = 10_000
const PATIENCE_MS = ANSWER_MS_MAX + 2_000

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
  #symbolsMax = SYMBOLS_DEFAULT

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
      const stream = this.#stream({ channel, symbols: new Set(part), interval, depth }, isKept)
      return this.#ending(stream, stream.listeners.add(listener))
    })
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** @returns ends the subscription */
  addBook(
    symbol: string,
    depth: BookDepth | undefined,
    listener: (book: BookState) => void,
    gapListener: () => void,
  ): () => void {
    const terms = { symbols: new Set([symbol]), interval: undefined, depth: depth ?? BOOK_DEPTH_DEFAULT }
    const stream = this.#stream({ channel: 'book', ...terms })
    const stops = [stream.books.add(listener), stream.gaps.add(gapListener)]
    if (stream.book) listener(stream.book)
    return this.#ending(stream, () => {
      for (const stop of stops) stop()
    })
  }

  /** @param limits of the connection to come; a stand-in for an exchange may tell none */
  limitTo(limits: Readonly<Record<string, number>> | undefined): void {
    this.#symbolsMax = limits?.symbols ?? SYMBOLS_DEFAULT
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
    for (const stream of paused) stream.pause()
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
    for (const stream of this.#streams.values()) stream.restart()
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
    for (const stream of this.#streams.values()) stream.lose(connection)
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
      if (stream.connection === connection && stream.carries(channel, frame)) this.#report(stream, frame)
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

  #stream(wanted: StreamTerms, isKept = false): Stream {
    const stands = this.#streams.get(keyOf(wanted))
    if (stands && isKept) stands.isKept = true
    if (stands !== undefined && stands.depth === wanted.depth) return stands
    stands?.cancelRetry()
    const stream = new Stream(wanted, stands)
    stream.isKept ||= isKept
    this.#streams.set(stream.key, stream)
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

  #askTogether(streams: readonly Stream[]): void {
    for (const group of groupsOf(streams, this.#symbolsMax)) this.#ask(group)
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
      stream.begin(connection)
      for (const frame of frames) {
        if (stream.carries(stream.channel, frame)) this.#report(stream, frame)
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

  #report(stream: Stream, frame: StreamFrame): void {
    if (stream.report(frame) === 'gap') this.#heal(stream)
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
