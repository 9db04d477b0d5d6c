import type { BookDepth, BookFrame, Channel, Interval, QuotesFrame, TradesFrame } from '../protocol/market-data.ts'
import { bookAfter, type BookState } from './book-mirror.ts'
import type { Connection } from './connection.ts'
import { Listeners } from './listeners.ts'
import { BEGINNING, isBefore, type Moment, momentOf, type StreamFrame, tradesAfter } from './stream-order.ts'

/** Stands for every symbol. */
export const ALL = '*'

/** What a stream carries. */
export interface StreamTerms {
  readonly channel: Channel
  readonly symbols: ReadonlySet<string>
  readonly interval: Interval | undefined
  readonly depth: BookDepth | undefined
}

/** One symbol's stream ("*" for all), or the quotes of a set of symbols, with everyone who listens to it. */
export class Stream implements StreamTerms {
  readonly channel: Channel
  readonly symbols: ReadonlySet<string>
  readonly interval: Interval | undefined
  readonly depth: BookDepth | undefined
  readonly key: string
  readonly listeners: Listeners<unknown>
  readonly books: Listeners<BookState>
  /** Called when the book has a gap. */
  readonly gaps: Listeners<undefined>
  /** Continues while the others are paused. */
  isKept = false
  /** The connection that gave the snapshot; frames of other connections are ignored. */
  connection: Connection | undefined
  /** The connection on which a subscribe request is in flight. */
  asked: Connection | undefined
  /** The server has accepted it before, so it may share a request with others. */
  isKnown = false
  failures = 0
  healedAt = 0
  cancelRetry: () => void = () => undefined
  /** The newest moment that listeners have seen; nothing older follows, whichever connection it comes on. */
  #reportedTo: Moment
  /** The book as its connection has it; undefined after a gap. */
  #book: BookState | undefined

  /** @param before the stream of another depth whose place it takes, with its listeners */
  constructor({ channel, symbols, interval, depth }: StreamTerms, before?: Stream) {
    this.channel = channel
    this.symbols = symbols
    this.interval = interval
    this.depth = depth
    this.key = keyOf({ channel, symbols, interval })
    this.listeners = before?.listeners ?? new Listeners()
    this.books = before?.books ?? new Listeners()
    this.gaps = before?.gaps ?? new Listeners()
    this.isKept = before?.isKept ?? false
    this.#reportedTo = before === undefined ? BEGINNING : before.#reportedTo
  }

  get book(): BookState | undefined {
    return this.#book
  }

  /** The connection has accepted it; its snapshot follows. */
  begin(connection: Connection): void {
    this.connection = connection
    this.isKnown = true
    this.#book = undefined
    if (this.channel !== 'book') this.failures = 0
  }

  /** Nothing is followed or asked for any more. */
  pause(): void {
    this.cancelRetry()
    this.connection = undefined
    this.asked = undefined
    this.#book = undefined
  }

  lose(connection: Connection): void {
    if (this.connection === connection) this.connection = undefined
    if (this.asked === connection) this.asked = undefined
  }

  /** Times and ids start over: anything may be reported again. */
  restart(): void {
    this.#reportedTo = BEGINNING
  }

  /** Whether a frame of that channel belongs to it. */
  carries(channel: Channel, { symbol, interval }: StreamFrame): boolean {
    if (channel !== this.channel) return false
    if (symbol !== undefined && !this.symbols.has(symbol) && !this.symbols.has(ALL)) return false
    return this.interval === undefined || this.interval === interval
  }

  /** Reports what is new in a frame. @returns whether the book has a gap, after which it must be subscribed again */
  report(frame: StreamFrame): 'whole' | 'gap' {
    const { channel } = this
    if (channel === 'book') return this.#reportBook(frame as BookFrame)
    const moment = momentOf(channel, frame)
    if (channel === 'trades') {
      this.#reportTrades(frame as TradesFrame, moment)
    } else if (!isBefore(moment, this.#reportedTo)) {
      this.#reportedTo = moment
      const own = channel === 'quotes' ? this.#ownQuotes(frame as QuotesFrame) : frame
      if (own) this.listeners.tell(own)
    }
    return 'whole'
  }

  #reportTrades(frame: TradesFrame, moment: Moment): void {
    const fresh = tradesAfter(frame.t, this.#reportedTo)
    if (fresh.length === 0 && this.#reportedTo !== BEGINNING) return
    if (fresh.length > 0) this.#reportedTo = moment
    this.listeners.tell(fresh.length === frame.t.length ? frame : { ...frame, t: fresh })
  }

  #reportBook(frame: BookFrame): 'whole' | 'gap' {
    const moment = momentOf('book', frame)
    if (frame.depth !== this.depth || frame.epoch < this.#reportedTo[0]) return 'whole'
    this.listeners.tell(frame)
    // A snapshot is on its way, which holds this change too.
    if (frame.type === 'update' && this.#book === undefined) return 'whole'
    this.#book = bookAfter(this.#book, frame)
    if (!this.#book) {
      this.gaps.tell(undefined)
      return 'gap'
    }
    if (!isBefore(moment, this.#reportedTo)) {
      this.#reportedTo = moment
      this.books.tell(this.#book)
    }
    return 'whole'
  }

  /** A frame holds whatever the socket watches. @returns its own part of it; undefined if there is none */
  #ownQuotes(frame: QuotesFrame): QuotesFrame | undefined {
    if (this.symbols.has(ALL)) return frame
    const q = frame.q.filter(([symbol]) => this.symbols.has(symbol))
    if (q.length === 0) return undefined
    return q.length === frame.q.length ? frame : { ...frame, q }
  }
}

/** A socket has one depth per symbol, and the last one asked for replaces it for all, so the key leaves it out. */
export const keyOf = ({ channel, symbols, interval }: Omit<StreamTerms, 'depth'>): string =>
  [channel, [...symbols].sort().join(','), interval].join(' ')
