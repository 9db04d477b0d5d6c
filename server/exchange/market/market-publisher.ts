import type { Broadcast } from '../../bus/broadcast.ts'
import type { Trade } from '../../engine/event.ts'
import type { MarketFrame, SymbolChange } from '../../feed/market-frame.ts'
import type { Clock } from '../clock.ts'

/** A frame that has not been numbered yet; that happens when it is published. */
export type UnnumberedFrame = Omit<MarketFrame, 'seq'>

/** Trades per symbol in a snapshot: the tape that a starting gateway shows. */
const SNAPSHOT_TRADES = 100

/** The latest trades of a symbol, oldest first, and how often the symbol had been split by then. */
interface Tape {
  readonly trades: readonly Trade[]
  readonly splits: number
}

/**
 * Publishes everything that the leader shows of the market as one sequence of frames: real ones, and indicative ones
 * while those are missing (ADR 9). Frames are numbered when they are published, because a batch may be released late or
 * never.
 */
export class MarketPublisher {
  readonly #broadcast: Broadcast<MarketFrame>
  readonly #clock: Clock
  readonly #tapes = new Map<string, Tape>()
  readonly #trades = new Map<string, number>()
  #epoch = 0
  #seq = 0
  #isIndicative = false
  #lastAtMs = 0

  constructor({ broadcast, clock }: { broadcast: Broadcast<MarketFrame>; clock: Clock }) {
    this.#broadcast = broadcast
    this.#clock = clock
  }

  /** The epoch of the last frame, and of the indicative frames that continue from it. */
  get epoch(): number {
    return this.#epoch
  }

  /** The number of published trades by symbol. */
  get trades(): ReadonlyMap<string, number> {
    return this.#trades
  }

  /** Time since the last published frame, in ms. */
  get silentMs(): number {
    return this.#clock.now() - this.#lastAtMs
  }

  /**
   * Publishes a frame. The first indicative frame after a real one must be full. The full frame of the next epoch ends
   * the indicative market; before that, frames of a batch that is answered late only publish their trades, because
   * their books are not the ones on the screens.
   * @returns the published frame
   */
  publish(frame: UnnumberedFrame): MarketFrame | undefined {
    if (frame.epoch < this.#epoch) return undefined
    if (frame.epoch > this.#epoch) {
      this.#epoch = frame.epoch
      this.#seq = 0
      this.#isIndicative = false
    }
    if (frame.indicative) this.#isIndicative = true
    const shown = this.#isIndicative && !frame.indicative ? tradesOf({ ...frame, indicative: true }) : frame
    if (shown === undefined) return undefined
    for (const change of shown.symbols) this.#note(change)
    this.#seq += 1
    this.#lastAtMs = this.#clock.now()
    const sent = { ...shown, seq: this.#seq }
    this.#broadcast.publishMarket(sent)
    return sent
  }

  /** Publishes trades that no frame has contained yet. */
  publishTrades(frame: Omit<UnnumberedFrame, 'full' | 'indicative'>): MarketFrame | undefined {
    const symbols = frame.symbols.map((one) => {
      const lastId = this.#tapes.get(one.symbol)?.trades.at(-1)?.id ?? 0
      return { ...one, trades: one.trades.filter(({ id }) => id > lastId) }
    })
    const traded = tradesOf({ ...frame, symbols, full: false, indicative: this.#isIndicative })
    return traded && this.publish(traded)
  }

  /** Stores a snapshot: a full frame of the books as of the last published frame, with the latest trades. */
  keepSnapshot(frame: UnnumberedFrame): void {
    if (frame.epoch !== this.#epoch || frame.indicative !== this.#isIndicative) return
    const symbols = frame.symbols.map((one) => ({ ...one, recent: this.#tapes.get(one.symbol)?.trades ?? [] }))
    this.#broadcast.keepSnapshot({ ...frame, symbols, seq: this.#seq })
  }

  #note({ symbol, trades, splits }: SymbolChange): void {
    this.#trades.set(symbol, (this.#trades.get(symbol) ?? 0) + trades.length)
    const tape = this.#tapes.get(symbol)
    const isSplit = splits !== undefined && tape !== undefined && splits !== tape.splits
    // Trades before a split are outdated.
    const before = isSplit ? [] : (tape?.trades ?? [])
    if (tape !== undefined && trades.length === 0 && !isSplit) return
    const newest = [...before, ...trades].slice(-SNAPSHOT_TRADES)
    this.#tapes.set(symbol, { trades: newest, splits: splits ?? tape?.splits ?? 0 })
  }
}

/** The trades of a frame alone; undefined when it has none. */
function tradesOf({ symbols, ...head }: UnnumberedFrame): UnnumberedFrame | undefined {
  const traded = symbols.filter(({ trades }) => trades.length > 0)
  if (traded.length === 0) return undefined
  return { ...head, full: false, symbols: traded.map((one) => ({ ...one, bids: [], asks: [] })) }
}
