import { ERRORS } from '../protocol/errors.ts'
import type { Answer, EventOf } from '../protocol/events.ts'
import { ANSWER_MS_MAX, BOOK_DEPTH_DEFAULT, SYMBOLS_MAX } from '../protocol/limits.ts'
import type { BookDepth, BookFrame, Channel, Subscription, TradesFrame } from '../protocol/market-data.ts'
import { retryDelayMs } from './backoff.ts'
import { bookAfter, type BookState } from './book-mirror.ts'
import type { Line } from './line.ts'
import { Listeners } from './listeners.ts'
import { BEGINNING, isBefore, type Moment, momentOf, type StreamFrame, tradesAfter } from './stream-order.ts'
import type { Surroundings } from './surroundings.ts'

/** The event in which a channel's frames come. */
export const EVENT_OF_CHANNEL = {
  quotes: 'quotes',
  ticker: 'ticker',
  candles: 'candle',
  book: 'book',
  trades: 'trades',
} as const satisfies Record<Channel, string>

export type FrameOf<Of extends Channel> = EventOf<(typeof EVENT_OF_CHANNEL)[Of]>

/** A book that has followed for so long heals at once when it does not; one that fails sooner waits a little longer. */
const SOUND_MS = 10_000
const PATIENCE_MS = ANSWER_MS_MAX + 2_000

/** One stream of one symbol (or of all, "*"), with all who listen to it. */
interface Stream {
  readonly key: string
  readonly subscription: Subscription
  readonly listeners: Listeners<unknown>
  readonly books: Listeners<BookState>
  /** What has been told; nothing older follows, whichever line it comes on. */
  told: Moment
  /** As the line says; undefined where it did not follow. */
  book: BookState | undefined
  /** The line that gave the snapshot: only its frames follow on. */
  line: Line | undefined
  /** Where it has been asked for. */
  asked: Line | undefined
  /** The server has answered it once: it may be asked for together with others. */
  isKnown: boolean
  failures: number
  healedAt: number
  cancelRetry: () => void
}

/**
 * What a client listens to: asked for once however many listen, again on each new line, and given up when the last
 * one leaves. While two lines stand, each stream follows the old one until the new one has given its snapshot. Books
 * are kept whole here; one that does not follow is asked for again, and only that symbol.
 */
export class Subscriptions {
  readonly #streams = new Map<string, Stream>()
  readonly #around: Surroundings
  /** What ends the waiting for each answer that is still to come. */
  readonly #waits = new Set<() => void>()
  #line: Line | undefined

  constructor(around: Surroundings) {
    this.#around = around
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

  /** A new line, or one whose instance has found its leader: everything is asked for on it. */
  open(line: Line): void {
    this.#line = line
    const known = new Map<string, Stream[]>()
    for (const stream of this.#streams.values()) {
      const { channel, interval, depth, symbols } = stream.subscription
      // One that the server may refuse, or that means all, is asked for by itself.
      const isAlone = !stream.isKnown || symbols?.[0] === '*'
      const group = [channel, interval, depth, ...(isAlone ? [stream.key] : [])].join(' ')
      known.set(group, [...(known.get(group) ?? []), stream])
    }
    for (const streams of known.values()) {
      for (let from = 0; from < streams.length; from += SYMBOLS_MAX) {
        this.#ask(streams.slice(from, from + SYMBOLS_MAX))
      }
    }
  }

  /** Whether a stream still follows this line, for want of a snapshot on the new one. */
  awaits(line: Line): boolean {
    return [...this.#streams.values()].some((stream) => stream.line === line)
  }

  /** The line is lost: its streams stand still until the next. */
  lose(line: Line): void {
    if (line === this.#line) this.#line = undefined
    for (const stream of this.#streams.values()) {
      if (stream.line === line) stream.line = undefined
      if (stream.asked === line) stream.asked = undefined
    }
  }

  close(): void {
    this.#line = undefined
    for (const stream of this.#streams.values()) stream.cancelRetry()
    for (const cancel of this.#waits) cancel()
    this.#waits.clear()
  }

  /** A frame of the server goes to those who listen to its channel and symbol. */
  take(line: Line, channel: Channel, frame: StreamFrame): void {
    for (const stream of this.#streams.values()) {
      if (stream.line === line && isOf(stream, channel, frame)) this.#tell(stream, frame)
    }
  }

  #stream(subscription: Subscription): Stream {
    const key = keyOf(subscription)
    const stands = this.#streams.get(key)
    if (stands !== undefined && stands.subscription.depth === subscription.depth) return stands
    stands?.cancelRetry()
    const stream: Stream = {
      key,
      subscription,
      listeners: stands?.listeners ?? new Listeners(),
      books: stands?.books ?? new Listeners(),
      told: stands?.told ?? BEGINNING,
      book: undefined,
      line: undefined,
      asked: undefined,
      isKnown: false,
      failures: 0,
      healedAt: 0,
      cancelRetry: () => undefined,
    }
    this.#streams.set(key, stream)
    this.#ask([stream])
    return stream
  }

  #ending(stream: Stream, stop: () => void): () => void {
    return () => {
      stop()
      if (stream.listeners.size + stream.books.size > 0) return
      // The one that stands now, where another depth has replaced it.
      const stands = this.#streams.get(stream.key)
      if (stands?.listeners !== stream.listeners) return
      this.#streams.delete(stream.key)
      stands.cancelRetry()
      this.#line?.send('unsubscribe', stands.subscription, () => undefined)
    }
  }

  /** @param streams of one channel, interval and depth */
  #ask(streams: readonly Stream[]): void {
    const line = this.#line
    const [first] = streams
    if (!line || !first) return
    for (const stream of streams) {
      stream.cancelRetry()
      stream.asked = line
    }
    const mine = (): Stream[] =>
      streams.filter((stream) => stream.asked === line && this.#streams.get(stream.key) === stream)
    const cancel = this.#around.clock.after(PATIENCE_MS, () => {
      this.#waits.delete(cancel)
      this.#ask(mine())
    })
    this.#waits.add(cancel)
    const symbols = streams.flatMap(({ subscription }) => subscription.symbols ?? [])
    line.send('subscribe', { ...first.subscription, symbols }, (answer) => {
      cancel()
      this.#waits.delete(cancel)
      const asked = mine()
      for (const stream of asked) stream.asked = undefined
      if (answer.ok) this.#begin(asked, line, answer.data)
      else this.#refused(asked, answer)
    })
  }

  #begin(streams: readonly Stream[], line: Line, data: unknown): void {
    const frames = (Array.isArray(data) ? data : [data]) as StreamFrame[]
    for (const stream of streams) {
      Object.assign(stream, { line, isKnown: true, book: undefined })
      if (stream.subscription.channel !== 'book') stream.failures = 0
      for (const frame of frames) {
        if (isOf(stream, stream.subscription.channel, frame)) this.#tell(stream, frame)
      }
    }
  }

  /** What may succeed later is asked for again; of several, the one that is refused is not known. */
  #refused(streams: readonly Stream[], { error }: Answer & { ok: false }): void {
    if (ERRORS[error.code].retryable) {
      for (const stream of streams) this.#askLater(stream, error.retryAfterMs)
    } else if (streams.length > 1) {
      for (const stream of streams) this.#ask([stream])
    }
  }

  #askLater(stream: Stream, atLeastMs = 0): void {
    const { clock, random } = this.#around
    stream.cancelRetry()
    const waitMs = Math.max(atLeastMs, retryDelayMs(stream.failures++, random()))
    stream.cancelRetry = clock.after(waitMs, () => this.#ask([stream]))
  }

  #tell(stream: Stream, frame: StreamFrame): void {
    const { channel } = stream.subscription
    const moment = momentOf(channel, frame)
    if (channel === 'book') {
      this.#tellBook(stream, frame as BookFrame)
    } else if (channel === 'trades') {
      const { t } = frame as TradesFrame
      const fresh = tradesAfter(t, stream.told)
      if (fresh.length === 0 && stream.told !== BEGINNING) return
      if (fresh.length > 0) stream.told = moment
      stream.listeners.tell(fresh.length === t.length ? frame : { ...frame, t: fresh })
    } else if (!isBefore(moment, stream.told)) {
      stream.told = moment
      stream.listeners.tell(frame)
    }
  }

  #tellBook(stream: Stream, frame: BookFrame): void {
    const moment = momentOf('book', frame)
    if (frame.depth !== stream.subscription.depth || frame.epoch < stream.told[0]) return
    stream.listeners.tell(frame)
    // It waits for a snapshot, which holds all that this says.
    if (frame.type === 'update' && stream.book === undefined) return
    stream.book = bookAfter(stream.book, frame)
    if (!stream.book) this.#heal(stream)
    else if (!isBefore(moment, stream.told)) {
      stream.told = moment
      stream.books.tell(stream.book)
    }
  }

  /** Asks for this one symbol again: at once, or later where that has not helped. */
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

/** A socket has one depth a symbol: who asks for another replaces it for all, so it is not part of the key. */
const keyOf = ({ channel, symbols, interval }: Subscription): string => [channel, symbols?.[0], interval].join(' ')

function isOf({ subscription }: Stream, channel: Channel, frame: StreamFrame): boolean {
  if (subscription.channel !== channel) return false
  const symbol = subscription.symbols?.[0]
  if (symbol !== '*' && frame.symbol !== undefined && symbol !== frame.symbol) return false
  return subscription.interval === undefined || subscription.interval === frame.interval
}
