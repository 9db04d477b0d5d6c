import { CLASS_PARAMETERS, meanSigma, type SimulatedInstrument } from '../instrument.ts'
import type { LatentValue } from '../price-process/latent-value.ts'

/** Activity ~ σ^e: volume follows volatility. */
const ACTIVITY_ELASTICITY = 1.2
const ACTIVITY_MAX = 25
const HALF_SPREAD_TICKS = 0.2
const HALF_SPREAD_PER_SIGMA = 0.7

/** What moves slowly and sets the rates of all participants; told anew with each step of the world. */
export class Pace {
  /** σ in ticks per root second. */
  sigmaTicks = 0
  /** A: activity, one in the mean. */
  activity = 1
  /** h: how far from the reference makers quote. */
  halfSpreadTicks = 0
  /** θ_t: the scale of the distance of quotes. */
  depthTicks = 0
  /** Liveliness of quotes and cancels alike, without `live`. */
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
    // sigma carries the season's root already: together activity is season · (σ/σ̄ of a flat day)^e.
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

/** The class gives the depth at price·sigmaDay = 180 ticks; it grows with the root of that. */
function depthTicksOf({ assetClass, startTicks, sigmaDay }: SimulatedInstrument): number {
  return CLASS_PARAMETERS[assetClass].depthTicks * Math.sqrt((startTicks * sigmaDay) / 180)
}
