import type { Order } from '@valiant/shared/protocol/order'
import { linePriceOf } from '#lib/orders/order-text.ts'
import type { Change } from '#lib/positions/amendment.ts'
import type { ExitPrices } from '#lib/positions/exits-of.ts'
import type { LivePosition } from '#lib/session/account.svelte.ts'
import { rounded } from '#lib/ticket/amount.ts'
import type { Scale } from '#lib/ticket/scale.ts'
import { signedMoney, toneOf } from '#lib/ui/format.ts'
import { type Chip, chipsOf, POSITION_CHIP } from './chips.ts'
import { LineDrag, type MovableLine } from './line-drag.svelte.ts'
import { changeTo, exitOf, fillsAtOnce } from './line-move.ts'
import { linesOf } from './lines-of.ts'

/** The account's orders and position in one instrument, and the handlers of their lines. */
export interface Owned {
  readonly name: string
  readonly scale: Scale
  readonly tickSize: string
  readonly orders: readonly Order[]
  readonly position: LivePosition | undefined
  /** How much of it an exit would protect. */
  readonly exitQty: string
  /** The best bid and ask, in ticks. */
  readonly touch: { readonly bidTicks: number; readonly askTicks: number }
  /** Ids of orders with a request in flight. */
  readonly busy: readonly string[]
  onamend(order: Order, change: Change): void
  /** The position's line was dragged to where an exit is wanted. */
  onprotect(exit: Partial<ExitPrices>): void
}

/** The lines of orders and position, and their chips; one that is being dragged is at its current price. */
export class OwnLines {
  readonly drag = new LineDrag((id) => this.lineOf(id))
  readonly #of: Owned

  constructor(of: Owned) {
    this.#of = of
  }

  readonly chips = $derived.by((): readonly Chip[] => {
    const { orders, position, name, scale } = this.#of
    const { id, ticks } = this.drag.moving ?? {}
    const moved = id === undefined || ticks === undefined ? undefined : { id, ticks }
    return chipsOf(orders, position, { name, scale, moved }).map((chip) =>
      moved?.id === chip.id && chip.id === POSITION_CHIP ? this.#exitFrom(chip, moved.ticks) : chip,
    )
  })

  readonly lines = $derived.by(() =>
    linesOf(this.chips, this.#of.position, { moving: this.drag.moving, scale: this.#of.scale, busy: this.#of.busy }),
  )

  /** Drops a line whose order filled, or whose position closed, while it was held. */
  settle(): void {
    this.drag.settle()
  }

  /** A chip's line, for dragging. */
  readonly lineOf = (id: string): MovableLine | undefined => {
    const { orders, position, scale } = this.#of
    if (id === POSITION_CHIP) {
      const ticks = position && scale.ticks(rounded(position.position.avgPrice, scale.tick.decimals))
      return ticks ? { ticks, fillsAtOnce: () => false, send: (to) => this.#protect(to) } : undefined
    }
    const order = orders.find(({ orderId }) => orderId === id)
    return (
      order && {
        ticks: scale.ticks(linePriceOf(order) ?? '') ?? 0,
        fillsAtOnce: (ticks) => fillsAtOnce(order, ticks, this.#of.touch),
        send: (ticks) => this.#of.onamend(order, changeTo(order, ticks, scale)),
      }
    )
  }

  /** What dropping a line at a price creates: for the position's line, an exit. */
  readonly becomes = (id: string, ticks: number): string | undefined => {
    const exit = id === POSITION_CHIP ? this.#exitAt(ticks) : undefined
    return exit && { takeProfit: 'Take profit', stopLoss: 'Stop loss' }[exit]
  }

  /** The kind of exit that dragging the position's line to a price creates. */
  #exitAt(ticks: number): 'takeProfit' | 'stopLoss' | undefined {
    const { position, tickSize } = this.#of
    return position ? exitOf(ticks, Math.round(position.mark / Number(tickSize)), position.qty) : undefined
  }

  #protect(ticks: number): void {
    const exit = this.#exitAt(ticks)
    if (exit) this.#of.onprotect({ [exit]: this.#of.scale.price(ticks) })
  }

  /** The position's chip while an exit is dragged from it, with the profit or loss of that exit. */
  #exitFrom(chip: Chip, ticks: number): Chip {
    const { position, scale, exitQty } = this.#of
    if (!position) return chip
    const price = Number(scale.price(ticks))
    const gain = (price - Number(position.position.avgPrice)) * Math.sign(position.qty) * Math.abs(Number(exitQty))
    return { ...chip, price, tone: { text: signedMoney(gain), sign: toneOf(gain.toFixed(2)) } }
  }
}
