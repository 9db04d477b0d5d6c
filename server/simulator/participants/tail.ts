import { type HouseMarket, NO_SLOT } from '../../engine/house.ts'
import type { Flow } from './flow.ts'
import { lotsAbout } from './lot-sizes.ts'
import { QUOTES_MAX } from './makers.ts'

const ORDERS_A_SIDE = 34
const ORDERS = 2 * ORDERS_A_SIDE
/** The j-th stands at NEAREST·σ_D·GROWTH^(j + U) and has NEAREST_SIZE·ADV·GROWTH^j lots: a flat density. */
const NEAREST = 0.065
const GROWTH = 1.15
const NEAREST_SIZE = 0.5e-4
const RENEWED_EVERY_SECONDS = 25

/** Tags of the tail's orders begin where those of quotes end. */
const FIRST_TAG = QUOTES_MAX

/**
 * Resting orders far from the market, 0.1 % to 14 % for a share, that keep the book deep and never empty. Many small
 * ones, since a few big ones leave holes. Buy orders come first.
 */
export class Tail {
  readonly renewalRate = ORDERS / RENEWED_EVERY_SECONDS
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

  /** A side that has run dry, by a user's sweep, gets its nearest order back at once; the rest follows at its rate. */
  refillEmptySides(): void {
    if (this.market.bidTicks === 0) this.renew(0)
    if (this.market.askTicks === 0) this.renew(ORDERS_A_SIDE)
  }

  /** Takes every order out of the book. */
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
    const rank = order % ORDERS_A_SIDE
    const buys = order < ORDERS_A_SIDE
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
