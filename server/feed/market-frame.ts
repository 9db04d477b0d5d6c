import type { Trade } from '../engine/event.ts'

/**
 * The changes of one quantum or of one batch of commands that the leader publishes: absolute quantities of levels, and
 * trades. Leader and gateways build everything that clients see from them.
 */
export interface MarketFrame {
  readonly epoch: number
  /** Increases by one with each frame of an epoch. After a gap, a mirror requests a snapshot. */
  readonly seq: number
  readonly timeMs: number
  /**
   * The frame contains all levels of all books, which replace those of a mirror. The first frame of an epoch, the first
   * indicative frame and the snapshot are full.
   */
  readonly full: boolean
  /** The database is unavailable, and prices continue without users' orders. Trades in the frame are real all the same. */
  readonly indicative: boolean
  readonly symbols: readonly SymbolChange[]
}

export interface SymbolChange {
  readonly symbol: string
  /** `[price in ticks, lots]`; 0 lots remove a level. */
  readonly bids: readonly (readonly [number, number])[]
  readonly asks: readonly (readonly [number, number])[]
  readonly trades: readonly Trade[]
  /** Only in the snapshot: the newest trades, oldest first, for mirrors that start with it or have missed some. */
  readonly recent?: readonly Trade[]
  readonly status: 'open' | 'halted' | 'closed'
  /** Only in a full frame: how often the shares have been split. If it has changed, all earlier prices are out of date. */
  readonly splits?: number
}
