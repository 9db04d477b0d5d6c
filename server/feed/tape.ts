import type { Trade } from '../engine/event.ts'

/** Number of trades that are kept per symbol. */
export const TAPE_TRADES_MAX = 10_000

/** The last trades of one symbol, with increasing ids. */
export class Tape {
  #trades: Trade[] = []
  /** Index of the oldest trade once TAPE_TRADES_MAX is reached. */
  #oldest = 0
  /** Id of the last trade before `clear`. */
  #lastId = -1

  get last(): Trade | undefined {
    return this.#trades.at(this.#oldest - 1)
  }

  /** @returns false for a trade that is already here or older than the last */
  add(trade: Trade): boolean {
    if (trade.id <= (this.last?.id ?? this.#lastId)) return false
    if (this.#trades.length < TAPE_TRADES_MAX) this.#trades.push(trade)
    else {
      this.#trades[this.#oldest] = trade
      this.#oldest = (this.#oldest + 1) % TAPE_TRADES_MAX
    }
    return true
  }

  /**
   * Adds recent trades, some of which may already be here.
   * @returns the trades that were missing after the first one here; earlier ones do not count as new
   */
  fill(recent: readonly Trade[]): Trade[] {
    const known = this.newest(TAPE_TRADES_MAX)
    const ids = new Set(known.map(({ id }) => id))
    const missing = recent.filter(({ id }) => !ids.has(id) && id > this.#lastId)
    if (missing.length === 0) return []
    this.#trades = [...known, ...missing].sort((a, b) => a.id - b.id).slice(-TAPE_TRADES_MAX)
    this.#oldest = 0
    const firstId = known[0]?.id ?? Infinity
    return missing.filter(({ id }) => id > firstId)
  }

  /** Removes all trades, because their prices are out of date. Ids still have to increase. */
  clear(): void {
    this.#lastId = this.last?.id ?? this.#lastId
    this.#trades = []
    this.#oldest = 0
  }

  /** The newest trades, oldest first. */
  newest(limit: number): Trade[] {
    const count = this.#trades.length
    return this.#slice(Math.max(0, count - limit), count)
  }

  /** Trades with this id or a later one, oldest first. */
  from(id: number, limit: number): Trade[] {
    let low = 0
    let high = this.#trades.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#at(middle)?.id ?? Infinity) < id) low = middle + 1
      else high = middle
    }
    return this.#slice(low, Math.min(low + limit, this.#trades.length))
  }

  #at(index: number): Trade | undefined {
    return this.#trades[(this.#oldest + index) % this.#trades.length]
  }

  #slice(from: number, to: number): Trade[] {
    const found: Trade[] = []
    for (let i = from; i < to; i++) {
      const trade = this.#at(i)
      if (trade !== undefined) found.push(trade)
    }
    return found
  }
}
