import type { Flow } from './flow.ts'
import { lotsAbout } from './lot-sizes.ts'
import { childLotsOf } from './makers.ts'

/** Children are clipped to the best queue: what of their size is traded. */
const FILLED_PART = 0.75
/** What rounding to ticks and flickering quotes add to the half spread. */
const ROUNDING_TICKS = 0.8
/** With fewer trades than this in a step its path between them is not seen. */
const TRADES_OF_A_PATH = 3

/**
 * One instrument's order flow without a book, for the history before the first start (docs/market-model.md, 5): the same
 * value, season, parents and impact as live, but all trades of a step at once. A step's figures are its fields.
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
    this.meanLots = FILLED_PART * childLotsOf(flow)
  }

  /** The step of the world has been made; this is what was traded in it. */
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
    arrivals.passed(seconds, this.trades)
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
    if (this.trades < TRADES_OF_A_PATH) return
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

/** A book holds prices up to this many times the start price at the least. */
const MAX_GROWTH = 6

/**
 * The highest point of a Brownian bridge from 0 to `change` with the given variance:
 * (y + √(y² − 2s² ln U)) / 2 (Karatzas and Shreve 1991, problem 2.8.6).
 */
function bridgeMaximum(change: number, variance: number, uniform: number): number {
  return 0.5 * (change + Math.sqrt(change * change - 2 * variance * Math.log(uniform)))
}
