import { type HouseMarket, NO_SLOT } from '../../engine/house.ts'
import type { Flow } from './flow.ts'
import { lotsAbout } from './lot-sizes.ts'
import { QUOTES_MAX } from './makers.ts'

const ORDERS_PER_SIDE = 34
const ORDERS = 2 * ORDERS_PER_SIDE
/** Order j is at a relative distance of NEAREST·σ_D·GROWTH^(j + U) and has NEAREST_SIZE·ADV·GROWTH^j lots: a uniform density. */
const NEAREST = 0.065
const GROWTH = 1.15
const NEAREST_SIZE = 0.5e-4
const RENEWAL_SECONDS = 25

/** The tags of tail orders follow those of quotes. */
const FIRST_TAG = QUOTES_MAX

/**
 * Resting orders far from the market (0.1% to 14% for a share), so that the book is deep and never empty. They are many and
 * small, because a few large ones would leave gaps. Buy orders come first in `slots`.
 */
export class Tail {
  readonly renewalRate = ORDERS / RENEWAL_SECONDS
  private readonly market: HouseMarket
  private readonly flow: Flow
  private readonly slots = new Int32Array(ORDERS).fill(NO_SLOT)

  constructor(market: HouseMarket, flow: Flow) {
    this.market = market
    this.flow = flow
  }

  static owns(tag: number): boolean {
    return tag >= FIRST_TAG
  }

  renewAll(): void {
    for (let order = 0; order < ORDERS; order++) this.renew(order)
  }

  renewOne(): void {
    this.renew(this.flow.rng.below(ORDERS))
  }

  /** A side that a user has swept gets its nearest order back at once; the others follow at the usual rate. */
  refillEmptySides(): void {
    if (this.market.bidTicks === 0) this.renew(0)
    if (this.market.askTicks === 0) this.renew(ORDERS_PER_SIDE)
  }

  /** Cancels all its orders. */
  withdraw(): void {
    for (const [order, slot] of this.slots.entries()) if (slot !== NO_SLOT) this.cancel(FIRST_TAG + order)
  }

  cancel(tag: number): void {
    const order = tag - FIRST_TAG
    this.market.cancel(this.slots[order] ?? NO_SLOT)
    this.slots[order] = NO_SLOT
  }

  forget(tag: number): void {
    this.slots[tag - FIRST_TAG] = NO_SLOT
  }

  private renew(order: number): void {
    const { market, flow } = this
    if (this.slots[order] !== NO_SLOT) this.cancel(FIRST_TAG + order)
    const rank = order % ORDERS_PER_SIDE
    const buys = order < ORDERS_PER_SIDE
    const away = NEAREST * flow.value.instrument.sigmaDay * GROWTH ** (rank + flow.rng.uniform())
    let ticks: number
    if (buys) {
      ticks = Math.max(1, Math.floor(flow.referenceTicks * (1 - away)))
      if (market.askTicks > 0) ticks = Math.min(ticks, market.askTicks - 1)
    } else {
      ticks = Math.min(market.maxTicks, Math.ceil(flow.referenceTicks * (1 + away)))
      ticks = Math.max(ticks, market.bidTicks + 1)
    }
    if (ticks < 1 || ticks > market.maxTicks) return
    const lots = lotsAbout(NEAREST_SIZE * flow.dayLots * GROWTH ** rank, flow.rng)
    this.slots[order] = market.place(buys ? 'buy' : 'sell', ticks, lots, FIRST_TAG + order)
  }
}
