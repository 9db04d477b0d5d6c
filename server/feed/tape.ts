import type { Trade } from '../engine/event.ts'

/** Trades that a mirror keeps of each symbol. */
export const TAPE_TRADES_MAX = 10_000

/** The last trades of one symbol; ids rise. */
export class Tape {
  #trades: Trade[] = []
  /** Where the oldest stands, once the room is used up. */
  #oldest = 0
  /** Of the last one forgotten. */
  #lastId = -1

  get last(): Trade | undefined {
    return this.#trades.at(this.#oldest - 1)
  }

  /** @returns false for a trade that stands here already, or is older than the last */
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
   * Takes a stretch of recent trades, some of which may stand here, and puts each where it belongs.
   * @returns those that were missed since the first that stood here: what was traded before that is no news
   */
  fill(stretch: readonly Trade[]): Trade[] {
    const known = this.newest(TAPE_TRADES_MAX)
    const ids = new Set(known.map(({ id }) => id))
    const missing = stretch.filter(({ id }) => !ids.has(id) && id > this.#lastId)
    if (missing.length === 0) return []
    this.#trades = [...known, ...missing].sort((a, b) => a.id - b.id).slice(-TAPE_TRADES_MAX)
    this.#oldest = 0
    const firstId = known[0]?.id ?? Infinity
    return missing.filter(({ id }) => id > firstId)
  }

  /** Forgets all: what they were traded at is out of date. Ids go on rising. */
  clear(): void {
    this.#lastId = this.last?.id ?? this.#lastId
    this.#trades = []
    this.#oldest = 0
  }

  /** The newest, oldest of them first. */
  newest(limit: number): Trade[] {
    const count = this.#trades.length
    return this.#slice(Math.max(0, count - limit), count)
  }

  /** From the first with this id or a later one on, oldest first. */
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
