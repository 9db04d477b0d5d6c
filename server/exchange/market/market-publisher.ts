import type { Broadcast } from '../../bus/broadcast.ts'
import type { Trade } from '../../engine/event.ts'
import type { MarketFrame, SymbolChange } from '../../feed/market-frame.ts'
import type { Clock } from '../clock.ts'

/** A frame before it leaves: it gets its number then. */
export type UnnumberedFrame = Omit<MarketFrame, 'seq'>

/** Trades of each symbol in a snapshot: what a gateway that starts shows as its tape. */
const SNAPSHOT_TRADES = 100

/** The newest trades of a symbol, oldest of them first, and how often its shares had been split by then. */
interface Tape {
  readonly trades: readonly Trade[]
  readonly splits: number
}

/**
 * All that the leader shows of the market leaves here, in one line: the real frames, and indicative ones where those stay
 * away (ADR 9). Frames are numbered as they leave: what a batch holds back may leave late or never.
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

  /** Of the last frame, and of the indicative ones that go on from it. */
  get epoch(): number {
    return this.#epoch
  }

  /** How many trades have left, by symbol. */
  get trades(): ReadonlyMap<string, number> {
    return this.#trades
  }

  /** How long no frame has left, in ms. */
  get silentMs(): number {
    return this.#clock.now() - this.#lastAtMs
  }

  /**
   * Sends a frame. An indicative one must be full when it is the first after a real one. The full frame of the next epoch
   * ends the indicative market; before it, what an answered batch held back shows only what was traded in it: its books
   * are not those on the screens.
   * @returns what left
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

  /** Sends trades that no frame has told yet. */
  publishTrades(frame: Omit<UnnumberedFrame, 'full' | 'indicative'>): MarketFrame | undefined {
    const symbols = frame.symbols.map((one) => {
      const lastId = this.#tapes.get(one.symbol)?.trades.at(-1)?.id ?? 0
      return { ...one, trades: one.trades.filter(({ id }) => id > lastId) }
    })
    const traded = tradesOf({ ...frame, symbols, full: false, indicative: this.#isIndicative })
    return traded && this.publish(traded)
  }

  /** Lays down a full frame of the books as of the last frame that left, and the newest trades with it. */
  keepSnapshot(frame: UnnumberedFrame): void {
    if (frame.epoch !== this.#epoch || frame.indicative !== this.#isIndicative) return
    const symbols = frame.symbols.map((one) => ({ ...one, recent: this.#tapes.get(one.symbol)?.trades ?? [] }))
    this.#broadcast.keepSnapshot({ ...frame, symbols, seq: this.#seq })
  }

  #note({ symbol, trades, splits }: SymbolChange): void {
    this.#trades.set(symbol, (this.#trades.get(symbol) ?? 0) + trades.length)
    const tape = this.#tapes.get(symbol)
    const isSplit = splits !== undefined && tape !== undefined && splits !== tape.splits
    // What was traded before a split is out of date.
    const before = isSplit ? [] : (tape?.trades ?? [])
    if (tape !== undefined && trades.length === 0 && !isSplit) return
    const newest = [...before, ...trades].slice(-SNAPSHOT_TRADES)
    this.#tapes.set(symbol, { trades: newest, splits: splits ?? tape?.splits ?? 0 })
  }
}

/** What a frame tells of trades; undefined when nothing. */
function tradesOf({ symbols, ...head }: UnnumberedFrame): UnnumberedFrame | undefined {
  const traded = symbols.filter(({ trades }) => trades.length > 0)
  if (traded.length === 0) return undefined
  return { ...head, full: false, symbols: traded.map((one) => ({ ...one, bids: [], asks: [] })) }
}
