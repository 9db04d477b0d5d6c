/** A line that can be dragged: an order's, or the position's, which creates an exit. */
export interface MovableLine {
  readonly ticks: number
  /** Whether the order would fill at once there, so that the chip asks first. */
  fillsAtOnce(ticks: number): boolean
  send(ticks: number): void
}

/** A line that is held by pointer or keys. */
export interface Moving {
  readonly id: string
  /** Where it was moved to; undefined until it is moved, so that it follows its order. */
  readonly ticks: number | undefined
  /** Whether it was dropped where it would fill at once, so that the chip asks. */
  readonly asks: boolean
}

/** Moves one line at a time. A dropped line goes back to its price until the exchange has answered. */
export class LineDrag {
  moving = $state.raw<Moving | undefined>()
  readonly #lineOf: (id: string) => MovableLine | undefined

  /** @param lineOf the line as it is now: while it is held, its order may fill, trigger, or be changed in another tab */
  constructor(lineOf: (id: string) => MovableLine | undefined) {
    this.#lineOf = lineOf
  }

  take(id: string): void {
    this.moving = { id, ticks: undefined, asks: false }
  }

  to(ticks: number): void {
    const { moving } = this
    if (!moving || (moving.ticks === undefined && ticks === this.#lineOf(moving.id)?.ticks)) return
    this.moving = { ...moving, ticks: Math.max(1, ticks), asks: false }
  }

  /** Moves with keys, starting at the line's price. */
  step(id: string, by: number): void {
    if (this.moving?.id !== id) this.take(id)
    const from = this.moving?.ticks ?? this.#lineOf(id)?.ticks
    if (from !== undefined) this.to(from + by)
  }

  /** Sends the move, on drop or Enter; where it would fill at once, asks first. */
  drop(): void {
    const { moving } = this
    const line = moving && this.#lineOf(moving.id)
    if (!line || moving.ticks === undefined || moving.ticks === line.ticks) {
      this.back()
      return
    }
    if (!moving.asks && line.fillsAtOnce(moving.ticks)) {
      this.moving = { ...moving, asks: true }
      return
    }
    this.moving = undefined
    line.send(moving.ticks)
  }

  /** Ends the move of a line that no longer exists. */
  settle(): void {
    if (this.moving && !this.#lineOf(this.moving.id)) this.back()
  }

  back(): void {
    this.moving = undefined
  }
}
