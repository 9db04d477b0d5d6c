/** A line of the account's own that can be taken elsewhere: an order's, or the position's, whose exits begin there. */
export interface MovableLine {
  readonly id: string
  readonly ticks: number
  /** Where it would fill at once, which is asked about first. */
  fillsAtOnce(ticks: number): boolean
  send(ticks: number): void
}

/** A line on its way to another price: with the pointer, or by keys. */
export interface Moving {
  readonly line: MovableLine
  readonly fromTicks: number
  readonly ticks: number
  /** It has been let go where it would fill at once: the chip asks. */
  readonly asks: boolean
}

/** One line at a time is moved. What it sends, the exchange answers; until then it is not where it was dropped. */
export class LineDrag {
  moving = $state.raw<Moving | undefined>()

  take(line: MovableLine): void {
    this.moving = { line, fromTicks: line.ticks, ticks: line.ticks, asks: false }
  }

  to(ticks: number): void {
    if (this.moving) this.moving = { ...this.moving, ticks: Math.max(1, ticks), asks: false }
  }

  /** By keys: the line is taken up where it stands. */
  step(line: MovableLine, by: number): void {
    if (this.moving?.line.id !== line.id) this.take(line)
    this.to((this.moving?.ticks ?? line.ticks) + by)
  }

  /** Dropped, or Enter: sent, unless it would fill at once and has not been asked about. */
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

  /** What is no longer there can't be moved. */
  keep(stands: (line: MovableLine) => boolean): void {
    if (this.moving && !stands(this.moving.line)) this.back()
  }

  back(): void {
    this.moving = undefined
  }
}
