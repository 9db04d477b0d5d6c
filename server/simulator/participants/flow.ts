import { dailyVolumeLots } from '../instrument.ts'
import type { LatentValue } from '../price-process/latent-value.ts'
import type { Rng, RngState } from '../price-process/rng.ts'
import { Arrivals, type ArrivalsState } from './arrivals.ts'
import { Impact } from './impact.ts'
import { OrderSplitting, type OrderSplittingState } from './order-splitting.ts'
import { Pace } from './pace.ts'

/** τ_F: time constant with which makers follow the value. */
const FOLLOW_SECONDS = 0.3

export interface FlowState {
  /** F in ticks: the value that the makers assume. */
  readonly followedTicks: number
  readonly impact: readonly number[]
  readonly splitting: OrderSplittingState
  readonly arrivals: ArrivalsState
  readonly rng: RngState
}

/**
 * The state of one instrument's order flow without its orders, shared by the live market and the coarse history. This is
 * what is saved. R = F·(1 + I) is the reference price around which makers quote.
 */
export class Flow {
  readonly value: LatentValue
  readonly rng: Rng
  readonly pace: Pace
  readonly arrivals: Arrivals
  readonly splitting: OrderSplitting
  readonly impact: Impact
  readonly dayLots: number
  /** R in ticks, not rounded. */
  referenceTicks = 0
  private followedTicks = 0

  constructor(value: LatentValue, rng: Rng, state?: FlowState) {
    this.value = value
    this.rng = rng
    this.dayLots = dailyVolumeLots(value.instrument)
    this.pace = new Pace(value)
    this.arrivals = new Arrivals(value, state?.arrivals)
    this.arrivals.update(this.pace)
    this.splitting = new OrderSplitting(rng, state?.splitting)
    this.impact = new Impact(this.dayLots, value.instrument.sigmaDay, state?.impact)
    this.followedTicks = state?.followedTicks ?? value.ticks
    this.referenceTicks = this.followedTicks * (1 + this.impact.value)
  }

  save(): FlowState {
    return {
      followedTicks: this.followedTicks,
      impact: this.impact.save(),
      splitting: this.splitting.save(),
      arrivals: this.arrivals.save(),
      rng: this.rng.save(),
    }
  }

  /** After each step of the world: decays the impact, and adjusts the rates to the new volatility. */
  afterWorldStep(seconds: number): void {
    this.impact.decay(seconds)
    this.updatePace()
  }

  updatePace(): void {
    this.pace.update()
    this.arrivals.update(this.pace)
  }

  /** Between two events: makers follow the value, and the rate of takers decays. */
  age(seconds: number): void {
    const part = seconds / FOLLOW_SECONDS
    // The series of 1 − e^(−part) costs a third, and its error is at most 0.3% of a step in this range.
    const followed = part < 0.5 ? part * (1 - part * (0.5 - part / 6)) : 1 - Math.exp(-part)
    this.followedTicks += (this.value.ticks - this.followedTicks) * followed
    this.referenceTicks = this.followedTicks * (1 + this.impact.value)
    this.arrivals.age(seconds)
  }

  /** Makers follow the value at once: for the coarse history, and for jumps. */
  catchUp(): void {
    this.followedTicks = this.value.ticks
    this.referenceTicks = this.followedTicks * (1 + this.impact.value)
  }

  /** Adds the impact of uninformed flow. Informed trades have none: the value already contains their information. */
  push(signedLots: number): void {
    this.impact.add(signedLots)
    this.referenceTicks = this.followedTicks * (1 + this.impact.value)
  }

  /**
   * V·(1 + I): where makers would quote without their delay. Informed takers compare prices with this, not with V
   * (docs/market-model.md, 3).
   */
  get knownTicks(): number {
    return this.value.ticks * (1 + this.impact.value)
  }
}
