import type { Order } from '../state.ts'

/** An order that can be in a group. */
interface Grouped<Member extends Grouped<Member>> extends Order {
  readonly heldLots: number
  group: Group<Member> | undefined
}

/** The exits of one holding, and the entry that they grow with: docs/trading-rules.md, 5. */
export class Group<Member extends Grouped<Member>> {
  /** Set while it is open. */
  entry: Member | undefined
  /** Lots of the entry's fills that the legs already cover. */
  grownLots = 0
  private takeProfit: Member | undefined
  private stopLoss: Member | undefined

  /** The open exits, take profit first. */
  get legs(): Member[] {
    return [this.takeProfit, this.stopLoss].filter((leg) => leg !== undefined)
  }

  /** The lots that its exits hold together: they share one holding. */
  get heldLots(): number {
    return Math.max(this.takeProfit?.heldLots ?? 0, this.stopLoss?.heldLots ?? 0)
  }

  siblingOf(leg: Member): Member | undefined {
    return leg.role === 'take_profit' ? this.stopLoss : this.takeProfit
  }

  add(order: Member): void {
    if (order.role === 'take_profit') this.takeProfit = order
    else if (order.role === 'stop_loss') this.stopLoss = order
    else this.entry = order
    order.group = this
  }

  /** One of its orders has closed. */
  remove(order: Member): void {
    if (this.entry === order) this.entry = undefined
    else if (this.takeProfit === order) this.takeProfit = undefined
    else if (this.stopLoss === order) this.stopLoss = undefined
  }
}
