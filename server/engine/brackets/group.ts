import type { OpenOrder } from '../open-order.ts'

/** The exits of one holding, and the entry that they grow with: docs/trading-rules.md, 5. */
export class Group {
  /** Set while it is open. */
  entry: OpenOrder | undefined
  /** Lots of the entry's fills that the legs already cover. */
  grownLots = 0
  private takeProfit: OpenOrder | undefined
  private stopLoss: OpenOrder | undefined

  /** The open exits, take profit first. */
  get legs(): OpenOrder[] {
    return [this.takeProfit, this.stopLoss].filter((leg) => leg !== undefined)
  }

  /** The lots that its exits hold together: they share one holding. */
  get heldLots(): number {
    return Math.max(this.takeProfit?.heldLots ?? 0, this.stopLoss?.heldLots ?? 0)
  }

  siblingOf(leg: OpenOrder): OpenOrder | undefined {
    return leg.role === 'take_profit' ? this.stopLoss : this.takeProfit
  }

  add(order: OpenOrder): void {
    if (order.role === 'take_profit') this.takeProfit = order
    else if (order.role === 'stop_loss') this.stopLoss = order
    else this.entry = order
    order.group = this
  }

  /** One of its orders has closed. */
  remove(order: OpenOrder): void {
    if (this.entry === order) this.entry = undefined
    else if (this.takeProfit === order) this.takeProfit = undefined
    else if (this.stopLoss === order) this.stopLoss = undefined
  }
}
