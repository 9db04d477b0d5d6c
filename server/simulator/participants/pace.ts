import { CLASS_PARAMETERS, meanSigma, type SimulatedInstrument } from '../instrument.ts'
import type { LatentValue } from '../price-process/latent-value.ts'

/** Activity ~ σ^e: volume follows volatility. */
const ACTIVITY_ELASTICITY = 1.2
const ACTIVITY_MAX = 25
const HALF_SPREAD_TICKS = 0.2
const HALF_SPREAD_PER_SIGMA = 0.7

/** Slowly changing quantities that set the rates of all participants; updated after each step of the world. */
export class Pace {
  /** σ in ticks per square root of a second. */
  sigmaTicks = 0
  /** A: activity, with a mean of one. */
  activity = 1
  /** h: the half spread, the smallest distance of quotes from the reference. */
  halfSpreadTicks = 0
  /** θ_t: the scale of the distance of quotes. */
  depthTicks = 0
  /** Relative rate of quotes and cancels, before `liveness` is applied. */
  quoting = 1
  private readonly value: LatentValue
  private readonly meanSigma: number
  private readonly baseDepthTicks: number

  constructor(value: LatentValue) {
    const { instrument } = value
    this.value = value
    this.meanSigma = meanSigma(instrument)
    this.baseDepthTicks = depthTicksOf(instrument)
    this.update()
  }

  update(): void {
    const { value } = this
    const { conditions, season, sigma } = value
    const relative = sigma / this.meanSigma
    // sigma already contains the square root of the season: in total, activity is season · (σ/σ̄ without season)^e.
    const activity = season ** (1 - 0.5 * ACTIVITY_ELASTICITY) * relative ** ACTIVITY_ELASTICITY
    this.sigmaTicks = Math.max(0.05, sigma * value.ticks)
    this.activity = Math.min(ACTIVITY_MAX, activity)
    const spread = 1.5 * (conditions.spread - 1)
    this.halfSpreadTicks = Math.max(0, HALF_SPREAD_TICKS + HALF_SPREAD_PER_SIGMA * this.sigmaTicks + spread)
    const grown = value.ticks / value.instrument.startTicks
    this.depthTicks = this.baseDepthTicks * (0.4 + 0.6 * Math.min(8, relative)) * grown * conditions.spread
    this.quoting = conditions.pace * Math.sqrt(this.activity)
  }
}

/** The class gives the depth at price·sigmaDay = 180 ticks. It grows with the square root of price·sigmaDay. */
function depthTicksOf({ assetClass, startTicks, sigmaDay }: SimulatedInstrument): number {
  return CLASS_PARAMETERS[assetClass].depthTicks * Math.sqrt((startTicks * sigmaDay) / 180)
}
