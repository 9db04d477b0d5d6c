import type { Side } from '@valiant/shared/protocol/fields'
import type { Level } from '@valiant/shared/protocol/market-data'

/**
 * One side of a book. Stored best last, so that changes near the best price move few elements. Levels are immutable: a level
 * that is the same object as before has not changed.
 */
export class Levels {
  /** Bids are ordered by price, asks by the negative price: a larger key is a better price. */
  readonly #sign: 1 | -1
  #levels: Level[] = []

  constructor(side: Side) {
    this.#sign = side === 'buy' ? 1 : -1
  }

  get size(): number {
    return this.#levels.length
  }

  /** `[0, 0]` when the side is empty. */
  get best(): Level {
    return this.#levels.at(-1) ?? [0, 0]
  }

  clear(): void {
    this.#levels = []
  }

  /** @param lots the new quantity; 0 removes the level */
  set(ticks: number, lots: number): void {
    const at = this.#indexOf(ticks)
    const known = this.#levels[at]
    if (known?.[0] === ticks) {
      if (lots === 0) this.#levels.splice(at, 1)
      else if (known[1] !== lots) this.#levels[at] = [ticks, lots]
    } else if (lots > 0) this.#levels.splice(at, 0, [ticks, lots])
  }

  /** The best levels, best first. */
  top(count: number): Level[] {
    return this.#levels.slice(-count).reverse()
  }

  #indexOf(ticks: number): number {
    const key = ticks * this.#sign
    let low = 0
    let high = this.#levels.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const level = this.#levels[middle]
      if (level !== undefined && level[0] * this.#sign < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
