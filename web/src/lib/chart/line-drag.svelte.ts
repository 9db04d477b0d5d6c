import type { Order } from '@valiant/shared/protocol/order'

/** A line of the account's own on its way to another price: with the pointer, or by keys. */
export interface Moving {
  readonly order: Order
  readonly fromTicks: number
  readonly ticks: number
  /** It has been let go where it would fill at once: the chip asks. */
  readonly asks: boolean
}

/** One line at a time is moved. What it sends, the exchange answers; until then it is not where it was dropped. */
export class LineDrag {
  moving = $state.raw<Moving | undefined>()
  readonly #fillsAtOnce: (order: Order, ticks: number) => boolean
  readonly #send: (order: Order, ticks: number) => void

  constructor(parts: {
    readonly fillsAtOnce: (order: Order, ticks: number) => boolean
    readonly send: (order: Order, ticks: number) => void
  }) {
    this.#fillsAtOnce = parts.fillsAtOnce
    this.#send = parts.send
  }

  take(order: Order, ticks: number): void {
    this.moving = { order, fromTicks: ticks, ticks, asks: false }
  }

  to(ticks: number): void {
    if (this.moving) this.moving = { ...this.moving, ticks: Math.max(1, ticks), asks: false }
  }

  /** By keys: the line is taken up where it stands. */
  step(order: Order, ticks: number, by: number): void {
    if (this.moving?.order.orderId !== order.orderId) this.take(order, ticks)
    this.to((this.moving?.ticks ?? ticks) + by)
  }

  /** Dropped, or Enter: sent, unless it would fill at once and has not been asked about. */
  drop(): void {
    const { moving } = this
    if (!moving) return
    if (moving.ticks === moving.fromTicks) {
      this.back()
      return
    }
    if (!moving.asks && this.#fillsAtOnce(moving.order, moving.ticks)) {
      this.moving = { ...moving, asks: true }
      return
    }
    this.moving = undefined
    this.#send(moving.order, moving.ticks)
  }

  back(): void {
    this.moving = undefined
  }
}
