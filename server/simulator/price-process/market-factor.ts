import { DAY_SECONDS } from '../instrument.ts'
import { LogVolatility, type LogVolatilityState } from './log-volatility.ts'
import { Rng, type RngState } from './rng.ts'

/** Variance of the market's log-volatility. There is one market for all asset classes. */
export const MARKET_VARIANCE = 0.25
/** The only strong leverage effect: it makes correlations higher in falls than in rises. */
const MARKET_LEVERAGE = -0.8
const COMMON_JUMPS_PER_DAY = 0.3
const COMMON_JUMP_DOWN = 0.8

export interface MarketFactorState {
  readonly shockSum: number
  readonly volatility: LogVolatilityState
  readonly rng: RngState
}

/** The shock and the jumps that are common to all instruments, and the volatility of the shock. */
export class MarketFactor {
  shock = 0
  /** Log size of a market-wide jump in this step, at beta 1 and sigmaDay 1; 0 for none. */
  jump = 0
  private readonly volatility: LogVolatility
  private readonly rng: Rng
  private shockSum = 0

  private constructor(volatility: LogVolatility, rng: Rng, shockSum: number) {
    this.volatility = volatility
    this.rng = rng
    this.shockSum = shockSum
  }

  static start(seed: number): MarketFactor {
    const options = { variance: MARKET_VARIANCE, leverage: MARKET_LEVERAGE }
    return new MarketFactor(LogVolatility.start(options, Rng.of(seed, 'volatility')), Rng.of(seed, 'market'), 0)
  }

  static restore(state: MarketFactorState): MarketFactor {
    const options = { variance: MARKET_VARIANCE, leverage: MARKET_LEVERAGE }
    return new MarketFactor(LogVolatility.restore(options, state.volatility), Rng.restore(state.rng), state.shockSum)
  }

  save(): MarketFactorState {
    return { shockSum: this.shockSum, volatility: this.volatility.save(), rng: this.rng.save() }
  }

  step(seconds: number): void {
    const { rng } = this
    this.shock = rng.normal()
    this.shockSum += this.shock
    this.jump = 0
    if (rng.uniform() < (COMMON_JUMPS_PER_DAY * seconds) / DAY_SECONDS) {
      this.jump = (rng.uniform() < COMMON_JUMP_DOWN ? -1 : 1) * (0.15 + 0.3 * rng.uniform())
    }
  }

  stepVolatility(seconds: number, steps: number): void {
    this.volatility.step(seconds, this.shockSum / Math.sqrt(steps))
    this.shockSum = 0
  }

  /** ω_M */
  get logVolatility(): number {
    return this.volatility.value
  }
}
