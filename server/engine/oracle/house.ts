import type { Side } from '../command.ts'
import { type HouseMarket, NO_SLOT, type Slot } from '../house.ts'
import { bestTicks, lotsOf, queueOf, ticksOf } from './book.ts'
import { type Listeners, takeForHouse } from './matching.ts'
import { settle } from './settle.ts'
import type { NaiveMarket, NaiveState, Resting } from './state.ts'

/**
 * The house's access to one naive book. A user's order gets the slot −2 − its account and number, which nothing else
 * uses.
 */
export class NaiveHouse implements HouseMarket {
  onHouseFill: HouseMarket['onHouseFill'] = () => undefined
  private readonly state: NaiveState
  private readonly market: NaiveMarket
  private readonly listeners: Listeners

  constructor(state: NaiveState, market: NaiveMarket, listeners: Listeners) {
    this.state = state
    this.market = market
    this.listeners = listeners
  }

  get bidTicks(): number {
    return bestTicks(this.market, 'buy')
  }

  get askTicks(): number {
    return bestTicks(this.market, 'sell')
  }

  get maxTicks(): number {
    return this.market.spec.maxTicks
  }

  lotsAt(ticks: number): number {
    return this.at(ticks).reduce((sum, resting) => sum + lotsOf(resting), 0)
  }

  firstAt(ticks: number): Slot {
    return slotOf(this.at(ticks)[0])
  }

  nextAfter(slot: Slot): Slot {
    const resting = this.market.resting.find((one) => slotOf(one) === slot)
    if (resting === undefined) return NO_SLOT
    const level = this.at(ticksOf(resting))
    return slotOf(level[level.indexOf(resting) + 1])
  }

  isHouse(slot: Slot): boolean {
    return this.market.resting.some((one) => 'house' in one && one.house.slot === slot)
  }

  tagOf(slot: Slot): number {
    const resting = this.market.resting.find((one) => slotOf(one) === slot)
    return resting !== undefined && 'house' in resting ? resting.house.tag : 0
  }

  place(side: Side, ticks: number, lots: number, tag: number): Slot {
    const slot = this.state.nextSlot++
    this.market.resting.push({ house: { slot, side, ticks, lots, tag } })
    return slot
  }

  cancel(slot: Slot): void {
    this.market.resting = this.market.resting.filter((one) => slotOf(one) !== slot)
  }

  take(side: Side, lots: number, limitTicks: number, timeMs: number): number {
    const { state, market, listeners } = this
    state.nowMs = timeMs
    state.actor = undefined
    state.cause = 'trade'
    const filled = takeForHouse(state, listeners, { symbol: market.spec.symbol, side, lots, limitTicks })
    settle(state, listeners)
    return filled
  }

  /** A price belongs to one side: books are never crossed. */
  private at(ticks: number): Resting[] {
    return (['buy', 'sell'] as const)
      .flatMap((side) => queueOf(this.market, side))
      .filter((resting) => ticksOf(resting) === ticks)
  }
}

const slotOf = (resting: Resting | undefined): Slot => {
  if (resting === undefined) return NO_SLOT
  return 'house' in resting ? resting.house.slot : -2 - resting.order.account * 1_000_000 - resting.order.number
}
