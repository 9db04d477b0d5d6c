import type { Side } from '../../engine/command.ts'
import type { HouseMarket } from '../../engine/house.ts'
import type { Flow } from './flow.ts'
import { lotsAbout } from './lot-sizes.ts'
import { childLotsOf } from './makers.ts'

const INFORMED = 0.25
const INFORMED_MAX = 0.8
/** Scale of the distance from the market at which takers are informed, in multiples of (half spread + σ). */
const INFORMED_SCALE = 3
/** Share of takers that may trade beyond the best level, and how far. */
const WALKER_SHARE = 0.12
const WALK_TICKS = 3

/** Takers: some are informed of the value, the others are child orders of parent orders. */
export class Takers {
  private readonly market: HouseMarket
  private readonly flow: Flow
  private readonly meanLots: number

  constructor(market: HouseMarket, flow: Flow) {
    this.market = market
    this.flow = flow
    this.meanLots = childLotsOf(flow)
  }

  takeOne(timeMs: number): void {
    const { market, flow } = this
    const { rng, splitting, pace } = flow
    const { bidTicks, askTicks } = market
    if (bidTicks === 0 || askTicks === 0) return
    const gap = flow.knownTicks - 0.5 * (bidTicks + askTicks)
    const scaled = gap / (INFORMED_SCALE * (pace.halfSpreadTicks + pace.sigmaTicks))
    const informed = rng.uniform() < Math.min(INFORMED_MAX, INFORMED * scaled * scaled)
    let buys: boolean
    let lots: number
    if (informed) {
      buys = gap > 0
      lots = lotsAbout(this.meanLots, rng)
    } else {
      splitting.choose()
      buys = splitting.sign > 0
      lots = lotsAbout(this.meanLots * splitting.size, rng)
      splitting.spend(flow.value.conditions.bias)
    }
    let limitTicks = buys ? askTicks : bidTicks
    if (rng.uniform() < WALKER_SHARE) {
      limitTicks = buys ? Math.min(market.maxTicks, askTicks + WALK_TICKS) : Math.max(1, bidTicks - WALK_TICKS)
    } else lots = Math.min(lots, market.lotsAt(limitTicks))
    const filled = market.take(buys ? 'buy' : 'sell', lots, limitTicks, timeMs)
    if (!informed && filled > 0) flow.push(buys ? filled : -filled)
  }

  /** An informed taker hits a quote that is beyond the reference. @returns the lots filled */
  snipe(quoteSide: Side, ticks: number, timeMs: number): number {
    const lots = Math.min(this.market.lotsAt(ticks), lotsAbout(2 * this.meanLots, this.flow.rng))
    return this.market.take(quoteSide === 'buy' ? 'sell' : 'buy', lots, ticks, timeMs)
  }

  /**
   * The same for a level that holds only users' orders. Whoever rests beyond the reference gives way in order to trade, so
   * it is this side that moves the reference, towards the price: else any quantity could be traded there for nothing.
   */
  accept(quoteSide: Side, ticks: number, timeMs: number): void {
    const filled = this.snipe(quoteSide, ticks, timeMs)
    this.flow.push(quoteSide === 'buy' ? filled : -filled)
  }
}
