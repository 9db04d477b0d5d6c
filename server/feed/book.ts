import { bookChecksum } from '@valiant/shared/protocol/book-checksum'
import { CHECKSUM_LEVELS } from '@valiant/shared/protocol/limits'
import type { Level } from '@valiant/shared/protocol/market-data'
import { Levels } from './levels.ts'

/** Both sides of a symbol's book, all levels. */
export class Book {
  readonly bids = new Levels('buy')
  readonly asks = new Levels('sell')
  #checksum: number | undefined

  /** @param changes absolute quantities; 0 lots remove a level */
  take(changes: { readonly [side in 'bids' | 'asks']: readonly (readonly [ticks: number, lots: number])[] }): void {
    for (const [ticks, lots] of changes.bids) this.bids.set(ticks, lots)
    for (const [ticks, lots] of changes.asks) this.asks.set(ticks, lots)
    this.#checksum = undefined
  }

  clear(): void {
    this.bids.clear()
    this.asks.clear()
    this.#checksum = undefined
  }

  /** The best levels, best first. */
  top(depth: number): { readonly bids: Level[]; readonly asks: Level[] } {
    return { bids: this.bids.top(depth), asks: this.asks.top(depth) }
  }

  /** Covers the best ten levels, so it is the same for all windows. */
  get checksum(): number {
    return (this.#checksum ??= bookChecksum(this.bids.top(CHECKSUM_LEVELS), this.asks.top(CHECKSUM_LEVELS)))
  }
}
