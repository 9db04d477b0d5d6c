import type { Trade } from '../engine/event.ts'
import { Book } from './book.ts'
import type { MarketFrame, SymbolChange } from './market-frame.ts'
import { Tape } from './tape.ts'

/** Frames kept while the books are incomplete, to be applied after the next full frame: ten seconds. */
const WAITING_FRAMES_MAX = 200

/**
 * The result of applying a frame. `gap`: its trades count, but frames before it are missing, and the books do not change
 * until a full frame arrives. `old`: it has a lower epoch or was seen before, and was ignored.
 */
export type Applied = 'applied' | 'gap' | 'old'

/** The state of one symbol at the leader. */
export interface Mirrored {
  readonly book: Book
  readonly tape: Tape
  status: SymbolChange['status']
  /** How often its shares have been split; undefined before the first full frame. */
  splits: number | undefined
  /** The last frame reported a split: all earlier prices are out of date. */
  isRestated: boolean
  /** Of the last frame: its new trades, and whether a level changed. */
  trades: readonly Trade[]
  hasBookChanged: boolean
}

const NONE: readonly Trade[] = []

/** The leader's books, trades and time, according to its frames. */
export class Mirror {
  readonly #symbols: ReadonlyMap<string, Mirrored>
  #epoch = 0
  #seq = 0
  #timeMs = 0
  #isIndicative = false
  #isWhole = false
  #areBooksRenewed = false
  #waiting: MarketFrame[] = []

  constructor(symbols: readonly string[]) {
    this.#symbols = new Map(symbols.map((symbol) => [symbol, newMirrored()]))
  }

  get epoch(): number {
    return this.#epoch
  }

  /** Market time of the last frame; never goes back. */
  get timeMs(): number {
    return this.#timeMs
  }

  get isIndicative(): boolean {
    return this.#isIndicative
  }

  /** Whether the books are complete: not before the first full frame and after a gap. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** The last frame replaced the books instead of updating them. */
  get areBooksRenewed(): boolean {
    return this.#areBooksRenewed
  }

  of(symbol: string): Mirrored | undefined {
    return this.#symbols.get(symbol)
  }

  /** Symbols that have been split according to a frame. */
  restatedBy({ epoch, symbols }: MarketFrame): readonly string[] {
    if (epoch < this.#epoch) return []
    return symbols.flatMap(({ symbol, splits }) => {
      const known = this.#symbols.get(symbol)?.splits
      return splits !== undefined && known !== undefined && splits !== known ? [symbol] : []
    })
  }

  apply(frame: MarketFrame): Applied {
    if (frame.epoch < this.#epoch) return 'old'
    const isNewEpoch = frame.epoch > this.#epoch
    const isAwaited = frame.full && !this.#isWhole
    if (!isNewEpoch && !isAwaited && frame.seq <= this.#seq) return 'old'
    const follows = !isNewEpoch && this.#isWhole && frame.seq === this.#seq + 1

    this.#begin(frame)
    for (const change of frame.symbols) this.#takeFacts(change)
    this.#areBooksRenewed = frame.full && !follows
    if (frame.full) this.#replaceBooks(frame)
    else if (follows) for (const change of frame.symbols) this.#takeLevels(change)
    else {
      if (isNewEpoch) this.#waiting = []
      this.#await(frame)
    }
    this.#seq = isNewEpoch ? frame.seq : Math.max(this.#seq, frame.seq)
    this.#epoch = frame.epoch
    return this.#isWhole ? 'applied' : 'gap'
  }

  #begin(frame: MarketFrame): void {
    this.#timeMs = Math.max(this.#timeMs, frame.timeMs)
    this.#isIndicative = frame.indicative
    for (const mirrored of this.#symbols.values()) {
      mirrored.trades = NONE
      mirrored.hasBookChanged = false
      mirrored.isRestated = false
    }
  }

  #takeFacts({ symbol, trades, recent, status, splits }: SymbolChange): void {
    const mirrored = this.#symbols.get(symbol)
    if (mirrored === undefined) return
    mirrored.status = status
    mirrored.isRestated = splits !== undefined && mirrored.splits !== undefined && splits !== mirrored.splits
    mirrored.splits = splits ?? mirrored.splits
    if (mirrored.isRestated) mirrored.tape.clear()
    if (recent !== undefined) mirrored.trades = mirrored.tape.fill(recent)
    const newer = trades.filter((trade) => mirrored.tape.add(trade))
    if (newer.length > 0) mirrored.trades = [...mirrored.trades, ...newer]
  }

  #takeLevels(change: SymbolChange): void {
    const mirrored = this.#symbols.get(change.symbol)
    if (mirrored === undefined || (change.bids.length === 0 && change.asks.length === 0)) return
    mirrored.book.take(change)
    mirrored.hasBookChanged = true
  }

  /** The full frame may be older than frames that have already arrived: those are applied on top of it. */
  #replaceBooks(frame: MarketFrame): void {
    for (const mirrored of this.#symbols.values()) {
      mirrored.book.clear()
      mirrored.hasBookChanged = true
    }
    for (const change of frame.symbols) this.#takeLevels(change)
    let { seq } = frame
    const later = this.#waiting.filter((waiting) => waiting.epoch === frame.epoch && waiting.seq > frame.seq)
    for (const waiting of later) {
      if (waiting.seq !== seq + 1) break
      seq = waiting.seq
      for (const change of waiting.symbols) this.#takeLevels(change)
    }
    this.#isWhole = seq === (later.at(-1)?.seq ?? frame.seq)
    this.#waiting = this.#isWhole ? [] : later
  }

  /** Keeps a frame that cannot be applied before the next full one. */
  #await(frame: MarketFrame): void {
    this.#isWhole = false
    if (this.#waiting.length === WAITING_FRAMES_MAX) this.#waiting.shift()
    this.#waiting.push(frame)
  }
}

function newMirrored(): Mirrored {
  return {
    book: new Book(),
    tape: new Tape(),
    status: 'open',
    splits: undefined,
    isRestated: false,
    trades: NONE,
    hasBookChanged: false,
  }
}
