import type { Side } from '../../server/engine/command.ts'
import { type HouseMarket, NO_SLOT, type Slot } from '../../server/engine/house.ts'

const USER = -1
const ORDERS_MAX = 16_384

/** A plain price-time book for one instrument, so that the market can be measured without the engine. */
export class PlainMarket implements HouseMarket {
  readonly maxTicks: number
  bidTicks = 0
  askTicks = 0
  onHouseFill: HouseMarket['onHouseFill'] = () => undefined
  /** Each call of `take`, by the house or a user, that filled something; its last price. */
  onTrade: (timeMs: number, side: Side, lots: number, ticks: number) => void = () => undefined
  onUserFill: (slot: Slot, lots: number, ticks: number) => void = () => undefined
  private readonly first: Int32Array
  private readonly last: Int32Array
  private readonly levelLots: Float64Array
  private readonly next = new Int32Array(ORDERS_MAX)
  private readonly previous = new Int32Array(ORDERS_MAX)
  private readonly ticksOf = new Int32Array(ORDERS_MAX)
  private readonly lotsOf = new Int32Array(ORDERS_MAX)
  private readonly tags = new Int32Array(ORDERS_MAX)
  private readonly sells = new Uint8Array(ORDERS_MAX)
  private readonly free = Int32Array.from({ length: ORDERS_MAX }, (_, at) => ORDERS_MAX - 1 - at)
  private freeCount = ORDERS_MAX

  constructor(maxTicks: number) {
    this.maxTicks = maxTicks
    this.first = new Int32Array(maxTicks + 2).fill(NO_SLOT)
    this.last = new Int32Array(maxTicks + 2).fill(NO_SLOT)
    this.levelLots = new Float64Array(maxTicks + 2)
  }

  lotsAt(ticks: number): number {
    return this.levelLots[ticks] ?? 0
  }

  firstAt(ticks: number): Slot {
    return this.first[ticks] ?? NO_SLOT
  }

  nextAfter(slot: Slot): Slot {
    return this.next[slot]!
  }

  isHouse(slot: Slot): boolean {
    return this.tags[slot] !== USER
  }

  tagOf(slot: Slot): number {
    return this.tags[slot]!
  }

  remainingOf(slot: Slot): number {
    return this.lotsOf[slot]!
  }

  place(side: Side, ticks: number, lots: number, tag: number): Slot {
    if (!(ticks >= 1 && ticks <= this.maxTicks) || !(lots >= 1)) throw new RangeError(`order of ${lots} at ${ticks}`)
    if (side === 'buy' ? this.askTicks > 0 && ticks >= this.askTicks : ticks <= this.bidTicks) {
      throw new RangeError(`${side} at ${ticks} crosses ${this.bidTicks}/${this.askTicks}`)
    }
    const slot = this.free[--this.freeCount]!
    this.ticksOf[slot] = ticks
    this.lotsOf[slot] = lots
    this.tags[slot] = tag
    this.sells[slot] = side === 'sell' ? 1 : 0
    const behind = this.last[ticks]!
    this.previous[slot] = behind
    this.next[slot] = NO_SLOT
    if (behind === NO_SLOT) this.first[ticks] = slot
    else this.next[behind] = slot
    this.last[ticks] = slot
    this.levelLots[ticks]! += lots
    if (side === 'buy') this.bidTicks = Math.max(this.bidTicks, ticks)
    else if (this.askTicks === 0 || ticks < this.askTicks) this.askTicks = ticks
    return slot
  }

  /** A user's order that does not cross. */
  placeUser(side: Side, ticks: number, lots: number): Slot {
    return this.place(side, ticks, lots, USER)
  }

  cancel(slot: Slot): void {
    const ticks = this.ticksOf[slot]!
    const before = this.previous[slot]!
    const after = this.next[slot]!
    if (before === NO_SLOT) this.first[ticks] = after
    else this.next[before] = after
    if (after === NO_SLOT) this.last[ticks] = before
    else this.previous[after] = before
    this.levelLots[ticks]! -= this.lotsOf[slot]!
    this.free[this.freeCount++] = slot
    if (this.first[ticks] !== NO_SLOT) return
    if (ticks === this.bidTicks) this.lowerBid()
    else if (ticks === this.askTicks) this.raiseAsk()
  }

  take(side: Side, lots: number, limitTicks: number, timeMs: number): number {
    let left = lots
    let lastTicks = 0
    while (left > 0) {
      const ticks = side === 'buy' ? this.askTicks : this.bidTicks
      if (ticks === 0 || (side === 'buy' ? ticks > limitTicks : ticks < limitTicks)) break
      const slot = this.first[ticks]!
      const filled = Math.min(left, this.lotsOf[slot]!)
      const gone = filled === this.lotsOf[slot]
      left -= filled
      lastTicks = ticks
      if (gone) this.cancel(slot)
      else {
        this.lotsOf[slot]! -= filled
        this.levelLots[ticks]! -= filled
      }
      const tag = this.tags[slot]!
      if (tag === USER) this.onUserFill(slot, filled, ticks)
      else this.onHouseFill(tag, slot, filled, gone)
    }
    if (left < lots) this.onTrade(timeMs, side, lots - left, lastTicks)
    return lots - left
  }

  private lowerBid(): void {
    let ticks = this.bidTicks
    while (ticks > 0 && this.first[ticks] === NO_SLOT) ticks--
    this.bidTicks = ticks
  }

  private raiseAsk(): void {
    let ticks = this.askTicks
    while (ticks <= this.maxTicks && this.first[ticks] === NO_SLOT) ticks++
    this.askTicks = ticks > this.maxTicks ? 0 : ticks
  }
}
