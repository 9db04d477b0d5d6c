import type { Market } from './market.ts'
import type { OpenOrder } from './open-order.ts'
import type { Portfolio } from './portfolio.ts'

/** A trade with which untriggered stops must be compared. */
export interface ShownTrade {
  readonly market: Market
  readonly ticks: number
  /** The last priority given before it: stops armed later are not compared with it. */
  readonly priority: number
}

/** What happened in an operation and must still be handled: docs/trading-rules.md, 1. Empty between operations. */
export class PendingEffects {
  /** Entries with legs that were filled, in the order of the fills. */
  readonly filledEntries: OpenOrder[] = []
  /** Exits that were completely filled. */
  readonly filledExits: OpenOrder[] = []
  /** Positions that have become smaller than what orders hold of them. */
  readonly shrunk: { readonly portfolio: Portfolio; readonly market: Market }[] = []
  readonly trades: ShownTrade[] = []
  /** Triggered by the last trade, by priority. */
  triggered: OpenOrder[] = []
  /** The last priority given to an order that entered a book or was armed. */
  priority = 0

  /** True after most operations. */
  get isEmpty(): boolean {
    return (
      this.trades.length === 0 &&
      this.triggered.length === 0 &&
      this.filledEntries.length === 0 &&
      this.filledExits.length === 0 &&
      this.shrunk.length === 0
    )
  }

  /** Called for each trade; it is only kept if a stop may be affected, or if an earlier one is still pending. */
  addTrade(market: Market, ticks: number): void {
    market.lastTicks = ticks
    const { quietLowTicks, quietHighTicks } = market.stops
    if (ticks > quietLowTicks && ticks < quietHighTicks && this.trades.length === 0) return
    const last = this.trades.at(-1)
    if (last?.market === market && last.ticks === ticks && last.priority === this.priority) return
    this.trades.push({ market, ticks, priority: this.priority })
  }
}
