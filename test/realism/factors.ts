import { toSimulated } from '../../server/exchange/market/simulated.ts'
import { readInstruments } from '../../server/instruments.ts'
import { World } from '../../server/simulator/price-process/world.ts'
import { correlation, excessKurtosis, mean, skewness, variance } from './statistics.ts'

const MINUTE_MS = 60_000
const BAR_MINUTES = 5
const BARS_PER_DAY = 1440 / BAR_MINUTES
const BARS_PER_HOUR = 60 / BAR_MINUTES
/** Beyond so many standard deviations, the market falls or rises. */
const EXTREME = 1.5
const LEVERAGE_LAGS = 20

/** What the values of the listed shares have in common; the numbers are the rows of docs/market-model.md, 4. */
export interface FactorFacts {
  /** 6: mean correlation of a return with the absolute ones of the next 100 minutes. */
  readonly leverage: number
  /** 6b: of returns over an hour. */
  readonly hourSkewness: number
  /** 5: kurtosis over an hour as a part of that over five minutes. */
  readonly aggregation: number
  /** 12: mean correlation of five-minute returns across sectors, and how much higher it is within a sector. */
  readonly acrossSectors: number
  readonly sectorExcess: number
  /** 12b: how much higher correlations are when the market falls than when it rises. */
  readonly fallExcess: number
}

/** The values alone, without order flow, which has no part in these facts. */
export function factorFacts({ seed, days }: { seed: number; days: number }): FactorFacts {
  const shares = readInstruments('db/instruments.json').filter(({ wire }) => wire.assetClass === 'equity')
  const world = World.start(shares.map(toSimulated), seed, 0)
  const returns = shares.map(() => new Float64Array(days * BARS_PER_DAY))
  const before = world.values.map(({ ticks }) => ticks)
  for (let bar = 0; bar < days * BARS_PER_DAY; bar++) {
    for (let minute = 0; minute < BAR_MINUTES; minute++) world.step(MINUTE_MS)
    world.values.forEach(({ ticks }, at) => {
      returns[at]![bar] = Math.log(ticks / before[at]!)
      before[at] = ticks
    })
  }
  const market = returns[0]!.map((_, bar) => mean(Float64Array.from(returns, (own) => own[bar]!)))
  const limit = EXTREME * Math.sqrt(variance(market))
  const within: number[] = []
  const across: number[] = []
  const inFalls: number[] = []
  const inRises: number[] = []
  for (const [at, one] of shares.entries()) {
    for (let other = 0; other < at; other++) {
      const [xs, ys] = [returns[at]!, returns[other]!]
      const isSector = shares[other]!.wire.sector === one.wire.sector
      ;(isSector ? within : across).push(correlation(xs, ys))
      inFalls.push(correlationWhere(xs, ys, (bar) => market[bar]! < -limit))
      inRises.push(correlationWhere(xs, ys, (bar) => market[bar]! > limit))
    }
  }
  const meanOf = (values: readonly number[]) => mean(Float64Array.from(values))
  return {
    leverage: meanOf(returns.map(leverageOf)),
    hourSkewness: meanOf(returns.map((own) => skewness(byHour(own)))),
    aggregation: meanOf(returns.map((own) => excessKurtosis(byHour(own)) / excessKurtosis(own))),
    acrossSectors: meanOf(across),
    sectorExcess: meanOf(within) - meanOf(across),
    fallExcess: meanOf(inFalls) - meanOf(inRises),
  }
}

function correlationWhere(xs: Float64Array, ys: Float64Array, isChosen: (at: number) => boolean): number {
  return correlation(
    xs.filter((_, at) => isChosen(at)),
    ys.filter((_, at) => isChosen(at)),
  )
}

function leverageOf(returns: Float64Array): number {
  const sizes = returns.map(Math.abs)
  const lags = Array.from({ length: LEVERAGE_LAGS }, (_, at) => at + 1)
  return mean(Float64Array.from(lags, (lag) => correlation(returns.subarray(0, -lag), sizes.subarray(lag))))
}

function byHour(returns: Float64Array): Float64Array {
  return Float64Array.from({ length: returns.length / BARS_PER_HOUR }, (_, hour) =>
    returns.subarray(hour * BARS_PER_HOUR, (hour + 1) * BARS_PER_HOUR).reduce((sum, own) => sum + own, 0),
  )
}
