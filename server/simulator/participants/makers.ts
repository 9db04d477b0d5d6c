import type { HouseMarket } from '../../engine/house.ts'
import { CLASS_PARAMETERS } from '../instrument.ts'
import type { Flow } from './flow.ts'
import { lotsAbout } from './lot-sizes.ts'

/** At liveness 1 and activity 1: quotes per second and their mean lifetime. About their product of quotes rests in the book. */
const QUOTES_PER_SECOND = 48
const LIFETIME_SECONDS = 4.5
export const USUAL_QUOTES = QUOTES_PER_SECOND * LIFETIME_SECONDS
/** Probability (in 256ths, at liveness 1) that a quote is placed exactly at the half spread. Such quotes have half the size. */
const TOUCH_OF_256 = 256 * 0.12
/** Mean size of a quote in lots, at sizeMultiplier 1. */
const QUOTE_LOTS = 110
const QUOTES_MIN = 8
export const QUOTES_MAX = 4_000

/**
 * Makers place quotes around the reference price and cancel them at random. Both are memoryless, so makers are rates rather
 * than agents (the zero-intelligence books of Smith, Farmer, Gillemot and Krishnamurthy 2003, with a reference). Quotes are
 * never moved. A quote's tag is its index in `slots`.
 */
export class Makers {
  private readonly market: HouseMarket
  private readonly flow: Flow
  private readonly liveness: number
  private readonly meanLots: number
  private readonly touchOf256: number
  /** The engine's slot by tag. The first `count` of `tags` are those of resting quotes, in any order. */
  private readonly slots = new Int32Array(QUOTES_MAX)
  private readonly tags = Int32Array.from({ length: QUOTES_MAX }, (_, tag) => tag)
  private readonly placeOf = Int32Array.from({ length: QUOTES_MAX }, (_, tag) => tag)
  private count = 0

  constructor(market: HouseMarket, flow: Flow, liveness: number) {
    this.market = market
    this.flow = flow
    this.liveness = liveness
    this.meanLots = QUOTE_LOTS * flow.value.instrument.sizeMultiplier
    this.touchOf256 = TOUCH_OF_256 / Math.sqrt(liveness)
  }

  get placementRate(): number {
    const { pace, value } = this.flow
    const { placements } = value.conditions
    const rate = QUOTES_PER_SECOND * this.liveness * pace.quoting * placements
    return this.count < 0.5 * USUAL_QUOTES * placements ? 1.5 * rate : rate
  }

  get cancelRate(): number {
    return (this.liveness * this.flow.pace.quoting * this.count) / LIFETIME_SECONDS
  }

  /** Places a quote. One that would cross is moved to one tick behind the opposite best price. */
  place(): void {
    const { market, flow } = this
    const { rng, pace, referenceTicks } = flow
    if (this.count >= QUOTES_MAX) return
    const bits = rng.uint32()
    const atTouch = ((bits >>> 1) & 255) < this.touchOf256
    const away = pace.halfSpreadTicks + (atTouch ? 0 : -pace.depthTicks * Math.log(rng.uniform() * rng.uniform()))
    const mean = this.meanLots * flow.value.conditions.depth * (atTouch ? 0.5 : 1)
    const buys = (bits & 1) === 0
    let ticks: number
    if (buys) {
      ticks = Math.floor(referenceTicks - away)
      if (market.askTicks > 0 && ticks >= market.askTicks) ticks = market.askTicks - 1
    } else {
      ticks = Math.ceil(referenceTicks + away)
      if (ticks <= market.bidTicks) ticks = market.bidTicks + 1
    }
    if (ticks < 1 || ticks > market.maxTicks) return
    const tag = this.tags[this.count] ?? 0
    this.slots[tag] = market.place(buys ? 'buy' : 'sell', ticks, lotsAbout(mean, rng), tag)
    this.count++
  }

  cancelOne(): void {
    if (this.count <= QUOTES_MIN) return
    this.cancel(this.tags[this.flow.rng.below(this.count)] ?? 0)
  }

  cancel(tag: number): void {
    this.forget(tag)
    this.market.cancel(this.slots[tag] ?? 0)
  }

  /** Cancels all quotes. */
  withdraw(): void {
    while (this.count > 0) this.cancel(this.tags[0] ?? 0)
  }

  /** Removes a quote that was filled or canceled from the list: the last one moves to its index. */
  forget(tag: number): void {
    const place = this.placeOf[tag] ?? 0
    const moved = this.tags[--this.count] ?? 0
    this.tags[place] = moved
    this.placeOf[moved] = place
    this.tags[this.count] = tag
    this.placeOf[tag] = this.count
  }
}

/** Mean size of a taker's order, which depends on the class; the size of quotes does not. */
export const childLotsOf = (flow: Flow): number =>
  CLASS_PARAMETERS[flow.value.instrument.assetClass].childLots * flow.value.instrument.sizeMultiplier
