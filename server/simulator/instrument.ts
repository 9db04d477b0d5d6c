/** The parameters of an instrument, and those of its asset class (docs/market-model.md, 2). */

export type AssetClass = 'equity' | 'currency' | 'coin'

export interface SimulatedInstrument {
  readonly symbol: string
  readonly assetClass: AssetClass
  /** Instruments of one sector share a shock. */
  readonly sector: string
  /** The latent value at the start of the history. The whole model scales with it. */
  readonly startTicks: number
  /** Standard deviation of a day's (24 h) log return, such as 0.018. */
  readonly sigmaDay: number
  /** Multiplies the mean sizes of child orders and quotes, and so the daily volume. */
  readonly sizeMultiplier: number
}

export interface ClassParameters {
  /** Loadings on the market's and the sector's shock. The loading on the instrument's own shock is √(1 − β² − γ²). */
  readonly beta: number
  readonly gamma: number
  /** Variance of the own log-volatility, and its correlation with the own shock: the leverage effect when negative. */
  readonly logVolatilityVariance: number
  readonly leverage: number
  /** Own jumps: expected number per day, size in units of sigmaDay, probability of a downward jump. */
  readonly jumpsPerDay: number
  readonly jumpScale: number
  readonly jumpDown: number
  /** Calibrated by simulation so that realized volatility is about sigmaDay. */
  readonly volatilityNorm: number
  /** Mean trades per second. */
  readonly takerRate: number
  /** Mean size of a taker's order in lots, at sizeMultiplier 1. */
  readonly childLots: number
  /** Half the mean distance of quotes from the best price, in ticks at price·sigmaDay = 180 ticks. */
  readonly depthTicks: number
}

export const CLASS_PARAMETERS: Readonly<Record<AssetClass, ClassParameters>> = {
  equity: {
    beta: 0.55,
    gamma: 0.4,
    logVolatilityVariance: 0.45,
    leverage: -0.1,
    jumpsPerDay: 0.6,
    jumpScale: 0.2,
    jumpDown: 0.4,
    volatilityNorm: 0.86,
    takerRate: 1.2,
    childLots: 100,
    depthTicks: 5,
  },
  currency: {
    beta: 0.15,
    gamma: 0.65,
    logVolatilityVariance: 0.45,
    leverage: -0.2,
    jumpsPerDay: 0.5,
    jumpScale: 0.22,
    jumpDown: 0.5,
    volatilityNorm: 0.96,
    takerRate: 1.5,
    childLots: 100,
    depthTicks: 9,
  },
  coin: {
    beta: 0.25,
    gamma: 0.7,
    logVolatilityVariance: 0.65,
    leverage: -0.18,
    jumpsPerDay: 1,
    jumpScale: 0.17,
    jumpDown: 0.45,
    volatilityNorm: 0.94,
    takerRate: 1.5,
    childLots: 80,
    depthTicks: 12,
  },
}

export const DAY_SECONDS = 86_400

/**
 * Child orders are limited to the best level's size, so less than takerRate × childLots is traded. This is the nominal
 * share; the realized volume is 1.1 times as high.
 */
const TRADED_SHARE = 0.5

/** Nominal daily volume in lots: the scale of impact and of the tail orders. */
export function dailyVolumeLots(instrument: SimulatedInstrument): number {
  const { takerRate, childLots } = CLASS_PARAMETERS[instrument.assetClass]
  return TRADED_SHARE * takerRate * childLots * instrument.sizeMultiplier * DAY_SECONDS
}

/** Mean volatility, per square root of a second. */
export const meanSigma = (instrument: SimulatedInstrument): number => instrument.sigmaDay / Math.sqrt(DAY_SECONDS)
