import type { MarketStatus } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import type { Trade } from '../engine/event.ts'
import type { MarketFrame, SymbolChange } from '../feed/market-frame.ts'

type Levels = (readonly [number, number])[]

/** Gathers what the world may see of the books, a frame each quantum. */
export class MarketFrames {
  readonly #engine: Engine
  readonly #trades = new Map<string, Trade[]>()
  readonly #statuses = new Map<string, MarketStatus>()
  readonly #splits: ReadonlyMap<string, number>
  readonly #epoch: number
  #seq = 0

  /** @param splits how often the shares of a symbol have been split: by that a mirror sees that its history is old */
  constructor(engine: Engine, epoch: number, splits: ReadonlyMap<string, number>) {
    this.#engine = engine
    this.#epoch = epoch
    this.#splits = splits
  }

  addTrade(trade: Trade): void {
    const trades = this.#trades.get(trade.symbol)
    if (trades === undefined) this.#trades.set(trade.symbol, [trade])
    else trades.push(trade)
  }

  /** Every level of every book: the first frame of an epoch. */
  full(timeMs: number): MarketFrame {
    return this.#frame(timeMs, true, (symbol) => {
      this.#engine.drainLevels(symbol, () => undefined)
      return { bids: this.#engine.levels(symbol, 'buy'), asks: this.#engine.levels(symbol, 'sell') }
    })
  }

  /** What has changed since the last frame. */
  changes(timeMs: number): MarketFrame {
    return this.#frame(timeMs, false, (symbol) => {
      const bids: Levels = []
      const asks: Levels = []
      this.#engine.drainLevels(symbol, (side, ticks, lots) => (side === 'buy' ? bids : asks).push([ticks, lots]))
      return { bids, asks }
    })
  }

  #frame(timeMs: number, full: boolean, levelsOf: (symbol: string) => { bids: Levels; asks: Levels }): MarketFrame {
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
    this.#seq += 1
    return { epoch: this.#epoch, seq: this.#seq, timeMs, full, indicative: false, symbols }
  }
}
