/** A line that can be dragged: an order's, or the position's, which creates an exit. */
export interface MovableLine {
  readonly id: string
  readonly ticks: number
  /** Whether the order would fill at once there, so that the chip asks first. */
  fillsAtOnce(ticks: number): boolean
  send(ticks: number): void
}

/** A line being moved to another price, by pointer or keys. */
export interface Moving {
  readonly line: MovableLine
  readonly fromTicks: number
  readonly ticks: number
  /** Whether it was dropped where it would fill at once, so that the chip asks. */
  readonly asks: boolean
}

/** Moves one line at a time. A dropped line goes back to its price until the exchange has answered. */
export class LineDrag {
  moving = $state.raw<Moving | undefined>()

  take(line: MovableLine): void {
    this.moving = { line, fromTicks: line.ticks, ticks: line.ticks, asks: false }
  }

  to(ticks: number): void {
    if (this.moving) this.moving = { ...this.moving, ticks: Math.max(1, ticks), asks: false }
  }

  /** Moves with keys, starting at the line's price. */
  step(line: MovableLine, by: number): void {
    if (this.moving?.line.id !== line.id) this.take(line)
    this.to((this.moving?.ticks ?? line.ticks) + by)
  }

  /** Sends the move, on drop or Enter; where it would fill at once, asks first. */
  drop(): void {
    const { moving } = this
    if (!moving) return
    if (moving.ticks === moving.fromTicks) {
      this.back()
      return
    }
    if (!moving.asks && moving.line.fillsAtOnce(moving.ticks)) {
      this.moving = { ...moving, asks: true }
      return
    }
    this.moving = undefined
    moving.line.send(moving.ticks)
  }

  /** Stops moving a line that no longer exists. */
  keep(stands: (line: MovableLine) => boolean): void {
    if (this.moving && !stands(this.moving.line)) this.back()
  }

  back(): void {
    this.moving = undefined
  }
}
