/** What the simulator must know of an instrument, and what instruments of a class have in common (docs/market-model.md, 2). */

export type AssetClass = 'equity' | 'currency' | 'coin'

export interface SimulatedInstrument {
  readonly symbol: string
  readonly assetClass: AssetClass
  /** Instruments of one sector share a shock. */
  readonly sector: string
  /** The latent value at the beginning of the first history; the whole model scales with it. */
  readonly startTicks: number
  /** Standard deviation of a day's (24 h) log return, such as 0.018. */
  readonly sigmaDay: number
  /** Multiplies the mean child and maker sizes, and so the volume of a day. */
  readonly sizeMultiplier: number
}

export interface ClassParameters {
  /** Loadings on the market's and the sector's shock; the own part is √(1 − β² − γ²). */
  readonly beta: number
  readonly gamma: number
  /** Variance of the own log-volatility, and its correlation with the own shock: the leverage effect when negative. */
  readonly logVolatilityVariance: number
  readonly leverage: number
  /** Own jumps: expected number a day, size in units of sigmaDay, probability that one goes down. */
  readonly jumpsPerDay: number
  readonly jumpScale: number
  readonly jumpDown: number
  /** Found by simulation, so that realised volatility is about sigmaDay. */
  readonly volatilityNorm: number
  /** Trades a second in the mean. */
  readonly takerRate: number
  /** Mean size of a taker's order in lots, at sizeMultiplier 1. */
  readonly childLots: number
  /** Mean distance of quotes from the best, divided by two, in ticks at price·sigmaDay = 180 ticks. */
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

/** Children are clipped to the best queue, so that less than takerRate × childLots is traded; nominal, realised is 1.1 of it. */
const TRADED_PART = 0.5

/** Nominal volume of a day in lots: the scale of impact and of the resting tail. */
export function dailyVolumeLots(instrument: SimulatedInstrument): number {
  const { takerRate, childLots } = CLASS_PARAMETERS[instrument.assetClass]
  return TRADED_PART * takerRate * childLots * instrument.sizeMultiplier * DAY_SECONDS
}

/** Mean volatility, per root second. */
export const meanSigma = (instrument: SimulatedInstrument): number => instrument.sigmaDay / Math.sqrt(DAY_SECONDS)
