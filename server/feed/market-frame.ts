import type { Trade } from '../engine/event.ts'

/**
 * What the leader publishes of one quantum, or of one batch of commands: absolute level quantities and the trades.
 * Leader and gateways build all that clients see from it.
 */
export interface MarketFrame {
  readonly epoch: number
  /** Rises by one with each frame of an epoch: a gap makes a mirror ask for a snapshot. */
  readonly seq: number
  readonly timeMs: number
  /**
   * Every level of every book stands in it: a mirror forgets what it had. The first of an epoch is full, and so are the
   * first indicative one and the snapshot.
   */
  readonly full: boolean
  /** The database is away: prices go on without the users' orders. What is traded in it is real all the same. */
  readonly indicative: boolean
  readonly symbols: readonly SymbolChange[]
}

export interface SymbolChange {
  readonly symbol: string
  /** `[price in ticks, lots]`, 0 lots removes; bids and asks apart. */
  readonly bids: readonly (readonly [number, number])[]
  readonly asks: readonly (readonly [number, number])[]
  readonly trades: readonly Trade[]
  /** In the snapshot: the newest trades, oldest of them first, for the tape of who begins with it or has missed some. */
  readonly recent?: readonly Trade[]
  readonly status: 'open' | 'halted' | 'closed'
  /** In a full frame: how often its shares have been split. When it is more, what was known of prices is out of date. */
  readonly splits?: number
}
