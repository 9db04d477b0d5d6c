import type { MarketStatus } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Trade } from '../../engine/event.ts'
import type { SymbolChange } from '../../feed/market-frame.ts'
import type { UnnumberedFrame } from './market-publisher.ts'

type Levels = (readonly [number, number])[]

/** Collects the public state of the books into one frame per quantum. */
export class MarketFrames {
  readonly #engine: Engine
  readonly #trades = new Map<string, Trade[]>()
  readonly #statuses = new Map<string, MarketStatus>()
  readonly #splits: ReadonlyMap<string, number>
  readonly #epoch: number
  readonly #indicative: boolean

  /** @param parts.splits how often each symbol has been split, by which a mirror recognizes outdated history */
  constructor(parts: { engine: Engine; epoch: number; splits: ReadonlyMap<string, number>; indicative?: boolean }) {
    this.#engine = parts.engine
    this.#epoch = parts.epoch
    this.#splits = parts.splits
    this.#indicative = parts.indicative ?? false
  }

  addTrade(trade: Trade): void {
    const trades = this.#trades.get(trade.symbol)
    if (trades === undefined) this.#trades.set(trade.symbol, [trade])
    else trades.push(trade)
  }

  /** Every level of every book: for the first frame and for snapshots. */
  full(timeMs: number): UnnumberedFrame {
    return this.#frame({ timeMs, full: true }, (symbol) => {
      this.#engine.drainLevels(symbol, () => undefined)
      return { bids: this.#engine.levels(symbol, 'buy'), asks: this.#engine.levels(symbol, 'sell') }
    })
  }

  /** The changes since the last frame. */
  changes(timeMs: number): UnnumberedFrame {
    return this.#frame({ timeMs, full: false }, (symbol) => {
      const bids: Levels = []
      const asks: Levels = []
      this.#engine.drainLevels(symbol, (side, ticks, lots) => (side === 'buy' ? bids : asks).push([ticks, lots]))
      return { bids, asks }
    })
  }

  #frame(
    { timeMs, full }: Pick<UnnumberedFrame, 'timeMs' | 'full'>,
    levelsOf: (symbol: string) => { bids: Levels; asks: Levels },
  ): UnnumberedFrame {
    const symbols: SymbolChange[] = []
    for (const symbol of this.#engine.symbols) {
      const { bids, asks } = levelsOf(symbol)
      const trades = this.#trades.get(symbol) ?? []
      const status = this.#engine.status(symbol)
      const hasChanged =
        bids.length > 0 || asks.length > 0 || trades.length > 0 || status !== this.#statuses.get(symbol)
      if (!full && !hasChanged) continue
      this.#statuses.set(symbol, status)
      symbols.push({ symbol, bids, asks, trades, status, ...(full && { splits: this.#splits.get(symbol) ?? 0 }) })
    }
    this.#trades.clear()
    return { epoch: this.#epoch, timeMs, full, indicative: this.#indicative, symbols }
  }
}
