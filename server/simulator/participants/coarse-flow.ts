import type { Flow } from './flow.ts'
import { lotsAbout } from './lot-sizes.ts'
import { childLotsOf } from './makers.ts'

/** The share of their size that child orders trade: they are limited to the best level's size. */
const FILLED_SHARE = 0.75
/** Added to the half spread by rounding to ticks and by quotes that come and go. */
const ROUNDING_TICKS = 0.8
/** With fewer trades than this in a step, high and low are those of the trades themselves. */
const PATH_TRADES_MIN = 3

/**
 * The order flow of one instrument without a book, for the history before the first start (docs/market-model.md, 5). Value,
 * season, parent orders and impact are as in the live market, but all trades of a step happen at once. The fields hold the
 * results of the last step.
 */
export class CoarseFlow {
  readonly flow: Flow
  /** First, highest, lowest and last price of the step in ticks; meaningless when `trades` is 0. */
  openTicks = 0
  highTicks = 0
  lowTicks = 0
  closeTicks = 0
  lots = 0
  trades = 0
  private readonly meanLots: number

  constructor(flow: Flow) {
    this.flow = flow
    this.meanLots = FILLED_SHARE * childLotsOf(flow)
  }

  /** Computes the trades of a step, after the world has made it. */
  step(seconds: number): void {
    const { flow } = this
    const { rng, splitting, arrivals } = flow
    const beforeTicks = flow.referenceTicks
    flow.afterWorldStep(seconds)
    this.trades = rng.poisson(arrivals.expectedIn(seconds))
    this.lots = 0
    let netLots = 0
    let firstSign = 0
    let lastSign = 0
    for (let trade = 0; trade < this.trades; trade++) {
      splitting.choose()
      const lots = lotsAbout(this.meanLots * splitting.size, rng)
      lastSign = splitting.sign
      if (trade === 0) firstSign = lastSign
      this.lots += lots
      netLots += lastSign * lots
      splitting.spend(flow.value.conditions.bias)
    }
    arrivals.addEvenly(seconds, this.trades)
    if (netLots !== 0) flow.push(netLots)
    flow.catchUp()
    if (this.trades > 0) this.price(beforeTicks, firstSign, lastSign, seconds)
  }

  private price(beforeTicks: number, firstSign: number, lastSign: number, seconds: number): void {
    const { flow } = this
    const half = flow.pace.halfSpreadTicks + ROUNDING_TICKS
    const highest = flow.value.instrument.startTicks * MAX_GROWTH
    const printed = (ticks: number) => Math.min(highest, Math.max(1, Math.round(ticks)))
    this.closeTicks = printed(flow.referenceTicks + lastSign * half)
    this.openTicks = this.trades === 1 ? this.closeTicks : printed(beforeTicks + firstSign * half)
    this.highTicks = Math.max(this.openTicks, this.closeTicks)
    this.lowTicks = Math.min(this.openTicks, this.closeTicks)
    if (this.trades < PATH_TRADES_MIN) return
    const change = this.closeTicks - this.openTicks
    const variance = flow.pace.sigmaTicks ** 2 * seconds
    this.highTicks = Math.max(
      this.highTicks,
      printed(this.openTicks + bridgeMaximum(change, variance, flow.rng.uniform())),
    )
    this.lowTicks = Math.min(
      this.lowTicks,
      printed(this.openTicks - bridgeMaximum(-change, variance, flow.rng.uniform())),
    )
  }
}

/** Every book supports prices up to at least this multiple of the start price. */
const MAX_GROWTH = 6

/**
 * Draws the maximum of a Brownian bridge from 0 to `change` with the given variance:
 * (y + √(y² − 2s² ln U)) / 2 (Karatzas and Shreve 1991, problem 2.8.6).
 */
function bridgeMaximum(change: number, variance: number, uniform: number): number {
  return 0.5 * (change + Math.sqrt(change * change - 2 * variance * Math.log(uniform)))
}
