import type { TradesFrame, Trade } from '@valiant/shared/protocol/market-data'
import type { Scale } from '#lib/ticket/scale.ts'

/** One row of the latest trades. `isUp`: the taker bought. */
export interface TapeRow {
  readonly id: string
  readonly timeMs: number
  readonly price: string
  readonly qty: string
  readonly isUp: boolean
}

const TAPE_LENGTH = 60

/** The latest trades, newest first; while a pointer is over them they pause and count new ones. */
export class Tape {
  rows = $state.raw<readonly TapeRow[]>([])
  waiting = $state.raw<readonly TapeRow[]>([])
  #isHeld = false
  readonly #scale: Scale

  constructor(trades: readonly Trade[], scale: Scale) {
    this.#scale = scale
    this.rows = trades
      .map(([id, timeMs, price, qty, taker]) => ({ id, timeMs, price, qty, isUp: taker === 'buy' }))
      .reverse()
      .slice(0, TAPE_LENGTH)
  }

  take(frame: TradesFrame): void {
    const newest = (this.waiting[0] ?? this.rows[0])?.id
    const fresh = frame.t
      .filter(([id]) => newest === undefined || isAfter(id, newest))
      .map(([id, timeMs, ticks, lots, taker]) => ({
        id,
        timeMs,
        price: this.#scale.price(ticks),
        qty: this.#scale.qty(lots),
        isUp: taker === 'buy',
      }))
      .reverse()
    if (fresh.length === 0) return
    if (this.#isHeld) this.waiting = [...fresh, ...this.waiting].slice(0, TAPE_LENGTH)
    else this.rows = [...fresh, ...this.rows].slice(0, TAPE_LENGTH)
  }

  hold(): void {
    this.#isHeld = true
  }

  release(): void {
    this.#isHeld = false
    if (this.waiting.length > 0) this.rows = [...this.waiting, ...this.rows].slice(0, TAPE_LENGTH)
    this.waiting = []
  }
}

/** Ids are integers as strings: a longer one is later. */
const isAfter = (id: string, other: string): boolean =>
  id.length === other.length ? id > other : id.length > other.length
