import { Rng, type RngState } from './rng.ts'

/** Time constants of the components in seconds, and their shares of the variance: most of it in the fast ones. */
const TIME_CONSTANTS = [240, 1_800, 14_400, 86_400, 518_400]
const VARIANCE_SHARES = [0.34, 0.26, 0.2, 0.13, 0.07]

export interface LogVolatilityState {
  readonly components: readonly number[]
  readonly rng: RngState
}

interface LogVolatilityOptions {
  readonly variance: number
  /** Correlation of the return's shock with the volatility's; negative is the leverage effect (Black 1976). */
  readonly leverage: number
}

/**
 * A log-volatility as a sum of independent Ornstein-Uhlenbeck components, which approximates rough volatility (Gatheral,
 * Jaisson and Rosenbaum 2018). Steps of any length are exact: y ← a·y + s√(1 − a²)·ε, a = e^(−δ/τ). The mean is −variance,
 * so that E e^(2ω) = 1 and the mean variance of returns does not change. That is exact only without leverage: the
 * components share the return's shock, so their sum varies more with ρ = −0.8. The class's volatilityNorm, calibrated by
 * simulation, compensates for it.
 */
export class LogVolatility {
  private readonly components: Float64Array
  private readonly deviations: readonly number[]
  private readonly variance: number
  private readonly leverage: number
  private readonly rng: Rng

  private constructor(options: LogVolatilityOptions, rng: Rng, components: Float64Array) {
    this.variance = options.variance
    this.leverage = options.leverage
    this.rng = rng
    this.deviations = VARIANCE_SHARES.map((share) => Math.sqrt(options.variance * share))
    this.components = components
  }

  /** Starts in the stationary distribution. */
  static start(options: LogVolatilityOptions, rng: Rng): LogVolatility {
    const process = new LogVolatility(options, rng, new Float64Array(TIME_CONSTANTS.length))
    process.deviations.forEach((deviation, at) => (process.components[at] = deviation * rng.normal()))
    return process
  }

  static restore(options: LogVolatilityOptions, state: LogVolatilityState): LogVolatility {
    return new LogVolatility(options, Rng.restore(state.rng), Float64Array.from(state.components))
  }

  save(): LogVolatilityState {
    return { components: [...this.components], rng: this.rng.save() }
  }

  /** @param shock the return's shock since the last step, a standard normal */
  step(seconds: number, shock: number): void {
    const own = Math.sqrt(1 - this.leverage * this.leverage)
    for (let at = 0; at < TIME_CONSTANTS.length; at++) {
      const kept = Math.exp(-seconds / (TIME_CONSTANTS[at] ?? 1))
      const noise = (this.deviations[at] ?? 0) * Math.sqrt(1 - kept * kept)
      const before = this.components[at] ?? 0
      this.components[at] = kept * before + noise * (this.leverage * shock + own * this.rng.normal())
    }
  }

  /** ω: the volatility is e^ω times its mean. */
  get value(): number {
    let sum = -this.variance
    for (const component of this.components) sum += component
    return sum
  }
}
