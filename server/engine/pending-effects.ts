import type { Market } from './market.ts'
import type { OpenOrder } from './open-order.ts'
import type { Portfolio } from './portfolio.ts'

/** A trade that waiting stops must be shown. */
export interface ShownTrade {
  readonly market: Market
  readonly ticks: number
  /** The last priority given before it: who was armed later does not see it. */
  readonly priority: number
}

/** What has happened in an operation and is still to be followed up: docs/trading-rules.md, 1. Empty between two. */
export class PendingEffects {
  /** Entries with legs that were filled, in the order of the fills. */
  readonly filledEntries: OpenOrder[] = []
  /** Exits that were filled whole. */
  readonly filledExits: OpenOrder[] = []
  /** Positions that have become smaller than what binds them. */
  readonly shrunk: { readonly portfolio: Portfolio; readonly market: Market }[] = []
  readonly trades: ShownTrade[] = []
  /** Triggered by the trade shown last, by priority. */
  triggered: OpenOrder[] = []
  /** The last number given to an order that took its place in a book or among the waiting. */
  priority = 0

  /** Most operations have none. */
  get isEmpty(): boolean {
    return (
      this.trades.length === 0 &&
      this.triggered.length === 0 &&
      this.filledEntries.length === 0 &&
      this.filledExits.length === 0 &&
      this.shrunk.length === 0
    )
  }

  /** Told of each trade; only one that a stop may have waited for, or that follows on such a one, is kept. */
  addTrade(market: Market, ticks: number): void {
    market.lastTicks = ticks
    const { quietLowTicks, quietHighTicks } = market.stops
    if (ticks > quietLowTicks && ticks < quietHighTicks && this.trades.length === 0) return
    const last = this.trades.at(-1)
    if (last?.market === market && last.ticks === ticks && last.priority === this.priority) return
    this.trades.push({ market, ticks, priority: this.priority })
  }
}
