import type { Recording } from './recording.ts'
import {
  autocorrelation,
  correlation,
  decayExponent,
  excessKurtosis,
  hillIndex,
  logReturns,
  mean,
  variance,
} from './statistics.ts'

const MINUTES_PER_DAY = 1440
const SEASON_HALF_WIDTH = 15

/** The stylized facts of Cont 2001 on one-minute returns; the numbers are the rows of docs/market-model.md, 4. */
export interface PriceFacts {
  /** 1 */
  readonly kurtosis: number
  /** 2: the largest absolute ACF of returns, lags 1 to 10. */
  readonly returnMemory: number
  /** 3 */
  readonly volatilityMemory1: number
  readonly volatilityMemory100: number
  /** 3b: of absolute returns over their mean at that minute of the day, lags 1 to 233. */
  readonly volatilityDecay: number
  /** 4 */
  readonly tailIndex: number
  readonly dayVolatility: number
}

export interface FlowFacts {
  /** 7: volume and absolute return, 1 min. */
  readonly volumeVolatility: number
  readonly dayLots: number
}

export interface TradeFacts {
  /** 8 */
  readonly signMemory1: number
  readonly signDecay: number
  /** 11: coefficient of variation of waits; variance over mean of the number of trades in a minute. */
  readonly waitVariation: number
  readonly minuteFano: number
}

export interface BookFacts {
  /** 0: covariance of the impact's moves and the returns over the variance of returns, 1 min. */
  readonly flowPart: number
  /** 9 */
  readonly meanSpread: number
  /** 9: mean spread and absolute return, 1 min, each without the season. */
  readonly spreadVolatility: number
  /** 9c: the most lots that rest at a price over those at the best one; those 30 ticks behind it over the most. */
  readonly hump: number
  readonly farDepth: number
}

export function priceFacts(mids: Float64Array): PriceFacts {
  const returns = logReturns(mids)
  const sizes = returns.map(Math.abs)
  const memories = Array.from({ length: 10 }, (_, at) => Math.abs(autocorrelation(returns, at + 1)))
  return {
    kurtosis: excessKurtosis(returns),
    returnMemory: Math.max(...memories),
    volatilityMemory1: autocorrelation(sizes, 1),
    volatilityMemory100: autocorrelation(sizes, 100),
    volatilityDecay: decayExponent(withoutSeason(sizes), [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233]),
    tailIndex: hillIndex(returns),
    dayVolatility: Math.sqrt(variance(returns) * MINUTES_PER_DAY),
  }
}

export function flowFacts({ mids, volumeLots }: Recording): FlowFacts {
  return {
    volumeVolatility: correlation(volumeLots.subarray(1), logReturns(mids).map(Math.abs)),
    dayLots: mean(volumeLots) * MINUTES_PER_DAY,
  }
}

export function tradeFacts({ signs, timesMs, trades }: Recording): TradeFacts {
  const waits = timesMs.subarray(1).map((timeMs, at) => timeMs - timesMs[at]!)
  return {
    signMemory1: autocorrelation(signs, 1),
    signDecay: decayExponent(signs, [1, 2, 3, 5, 8, 13, 20, 32, 50, 70, 100]),
    waitVariation: Math.sqrt(variance(waits)) / mean(waits),
    minuteFano: variance(trades) / mean(trades),
  }
}

export function bookFacts({ mids, impacts, spreads, depth }: Recording): BookFacts {
  const returns = logReturns(mids)
  const pushes = impacts.subarray(1).map((impact, at) => impact - impacts[at]!)
  const most = Math.max(...depth)
  return {
    flowPart: (correlation(pushes, returns) * Math.sqrt(variance(pushes))) / Math.sqrt(variance(returns)),
    meanSpread: mean(spreads),
    spreadVolatility: correlation(withoutSeason(spreads.subarray(1)), withoutSeason(returns.map(Math.abs))),
    hump: most / depth[0]!,
    farDepth: depth.at(-1)! / most,
  }
}

/** Absolute returns over their mean at that minute of the day, ±15 minutes. */
function withoutSeason(sizes: Float64Array): Float64Array {
  const sums = new Float64Array(MINUTES_PER_DAY)
  sizes.forEach((size, at) => (sums[(at + 1) % MINUTES_PER_DAY]! += size))
  const season = sums.map((_, minute) => {
    let sum = 0
    for (let near = -SEASON_HALF_WIDTH; near <= SEASON_HALF_WIDTH; near++) {
      sum += sums[(minute + near + MINUTES_PER_DAY) % MINUTES_PER_DAY]!
    }
    return sum
  })
  return sizes.map((size, at) => size / season[(at + 1) % MINUTES_PER_DAY]!)
}
