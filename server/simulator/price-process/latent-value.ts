import type { Conditions } from '../conditions.ts'
import { CALM } from '../conditions.ts'
import {
  CLASS_PARAMETERS,
  DAY_SECONDS,
  meanSigma,
  type ClassParameters,
  type SimulatedInstrument,
} from '../instrument.ts'
import { LogVolatility, type LogVolatilityState } from './log-volatility.ts'
import { MARKET_VARIANCE } from './market-factor.ts'
import { Rng, type RngState } from './rng.ts'
import { seasonAt } from './season.ts'

/** m: the share of the market's log-volatility in an instrument's own. */
const VOLATILITY_MIX = 0.3
/** Upper bound of volatility as a multiple of its mean: limits the kurtosis of single months. */
const VOLATILITY_CAP = 4
/** The share of one-minute variance that comes from order flow; the rest comes from the value. */
const FLOW_SHARE = 0.3
/** Time constant of mean reversion: not visible within a day, but keeps prices in a sensible range for years. */
const REVERSION_SECONDS = 60 * DAY_SECONDS
/** Each jump raises the log-volatility by this, up to a maximum; the increase decays. */
const JUMP_KICK = 0.6
const JUMP_KICK_MAX = 1.6
const JUMP_KICK_SECONDS = 2_400

export interface LatentValueState {
  readonly logReturn: number
  readonly kick: number
  readonly weights: readonly [market: number, sector: number, own: number]
  readonly shockSum: number
  readonly volatility: LogVolatilityState
  readonly rng: RngState
}

export interface Shocks {
  readonly market: number
  readonly sector: number
  /** Log size of a market-wide jump at beta 1 and sigmaDay 1; 0 for none. */
  readonly commonJump: number
}

/**
 * The value that informed traders know: the only exogenous price process of an instrument (docs/market-model.md, 2). A log
 * random walk with factors, season, jumps and stochastic volatility.
 */
export class LatentValue {
  readonly instrument: SimulatedInstrument
  conditions: Conditions = CALM
  /** The value V in ticks, and the conditional volatility σ per square root of a second. */
  ticks = 0
  sigma = 0
  season = 1
  private readonly traits: ClassParameters
  private readonly ownLoading: number
  private readonly volatility: LogVolatility
  private readonly rng: Rng
  private logReturn = 0
  private kick = 0
  private marketWeight = 0
  private sectorWeight = 0
  private ownWeight = 0
  private shockSum = 0
  private hasJumped = false

  private constructor(instrument: SimulatedInstrument, volatility: LogVolatility, rng: Rng, state?: LatentValueState) {
    this.instrument = instrument
    this.traits = CLASS_PARAMETERS[instrument.assetClass]
    this.ownLoading = Math.sqrt(Math.max(0, 1 - this.traits.beta ** 2 - this.traits.gamma ** 2))
    this.volatility = volatility
    this.rng = rng
    this.logReturn = state?.logReturn ?? 0
    this.kick = state?.kick ?? 0
    this.shockSum = state?.shockSum ?? 0
    if (state) [this.marketWeight, this.sectorWeight, this.ownWeight] = state.weights
    this.ticks = instrument.startTicks * Math.exp(this.logReturn)
  }

  static start(instrument: SimulatedInstrument, seed: number, marketVolatility: number): LatentValue {
    const volatility = LogVolatility.start(
      volatilityOptions(instrument),
      Rng.of(seed, `volatility ${instrument.symbol}`),
    )
    const value = new LatentValue(instrument, volatility, Rng.of(seed, `value ${instrument.symbol}`))
    value.weigh(marketVolatility)
    return value
  }

  static restore(instrument: SimulatedInstrument, state: LatentValueState): LatentValue {
    const volatility = LogVolatility.restore(volatilityOptions(instrument), state.volatility)
    return new LatentValue(instrument, volatility, Rng.restore(state.rng), state)
  }

  save(): LatentValueState {
    return {
      logReturn: this.logReturn,
      kick: this.kick,
      weights: [this.marketWeight, this.sectorWeight, this.ownWeight],
      shockSum: this.shockSum,
      volatility: this.volatility.save(),
      rng: this.rng.save(),
    }
  }

  /** Sets season and volatility for a time, without moving the value. */
  updateSeason(timeMs: number): void {
    this.season = seasonAt(this.instrument.assetClass, timeMs)
    this.sigma = meanSigma(this.instrument) * Math.sqrt(this.season) * this.relative * this.conditions.volatility
  }

  /** @returns the log size of the instrument's own jump, for a headline; 0 for none */
  step(timeMs: number, seconds: number, shocks: Shocks): number {
    const { instrument, rng, conditions, traits } = this
    this.updateSeason(timeMs)
    const raw = this.marketWeight * shocks.market + this.sectorWeight * shocks.sector + this.ownWeight * rng.normal()
    const scale = meanSigma(instrument) * Math.sqrt(this.season * (1 - FLOW_SHARE)) * conditions.volatility
    const drift = (conditions.force - 0.5 * this.sigma * this.sigma) * seconds
    let jump = 0
    if (rng.uniform() < (traits.jumpsPerDay * seconds) / DAY_SECONDS) {
      const size = instrument.sigmaDay * traits.jumpScale * (0.5 + 1.5 * rng.uniform())
      jump = rng.uniform() < traits.jumpDown ? -size : size
    }
    if (jump !== 0) this.jump(jump)
    if (shocks.commonJump !== 0) this.jump(this.commonJumpSize(shocks.commonJump))
    this.logReturn += scale * Math.sqrt(seconds) * raw + drift
    this.logReturn *= 1 - seconds / REVERSION_SECONDS
    this.ticks = instrument.startTicks * Math.exp(this.logReturn)
    this.shockSum += raw / this.relative
    return jump
  }

  /** The log size of a market-wide jump for this instrument. */
  commonJumpSize(commonJump: number): number {
    return commonJump * this.traits.beta * this.instrument.sigmaDay
  }

  /** Moves the value without news in it, as a dividend does. */
  move(logSize: number): void {
    this.logReturn += logSize
    this.ticks = this.instrument.startTicks * Math.exp(this.logReturn)
  }

  /** News: the move is followed by volatility. */
  jump(logSize: number): void {
    this.move(logSize)
    this.kick = Math.min(JUMP_KICK_MAX, this.kick + JUMP_KICK)
    this.hasJumped = true
  }

  /** Whether the value has jumped since the last call. */
  takeJumped(): boolean {
    const { hasJumped } = this
    this.hasJumped = false
    return hasJumped
  }

  /** Moves the instrument's own log-volatility and recalculates the weights of the three shocks. */
  stepVolatility(seconds: number, steps: number, marketVolatility: number): void {
    this.volatility.step(seconds, this.shockSum / Math.sqrt(steps))
    this.kick *= Math.exp(-seconds / JUMP_KICK_SECONDS)
    this.shockSum = 0
    this.weigh(marketVolatility)
  }

  /**
   * Calculates w_M, w_S and w_I of docs/market-model.md, 2. After a fall the market's weight grows and the instrument's own
   * hardly does, because the leverage effect is in the market factor: correlations are higher in falls (Ang and Chen 2002).
   */
  private weigh(market: number): void {
    const { beta, gamma, volatilityNorm } = this.traits
    const own = this.volatility.value
    const mixed = VOLATILITY_MIX * market + VOLATILITY_MIX * (1 - VOLATILITY_MIX) * MARKET_VARIANCE
    const marketWeight = beta * Math.exp(market + 0.5 * this.kick)
    const sectorWeight = gamma * Math.exp(0.5 * (market + own + this.kick))
    const ownWeight = this.ownLoading * Math.exp(own + this.kick + mixed)
    const total = Math.sqrt(marketWeight ** 2 + sectorWeight ** 2 + ownWeight ** 2)
    const scale = Math.min(1, VOLATILITY_CAP / total) * volatilityNorm
    this.marketWeight = marketWeight * scale
    this.sectorWeight = sectorWeight * scale
    this.ownWeight = ownWeight * scale
  }

  private get relative(): number {
    return Math.sqrt(this.marketWeight ** 2 + this.sectorWeight ** 2 + this.ownWeight ** 2)
  }
}

function volatilityOptions(instrument: SimulatedInstrument): { variance: number; leverage: number } {
  const { logVolatilityVariance, leverage } = CLASS_PARAMETERS[instrument.assetClass]
  return { variance: logVolatilityVariance, leverage }
}
