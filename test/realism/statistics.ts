/** The estimators of docs/market-model.md, 4, on plain columns of numbers. */

export const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

export const variance = (values: Float64Array): number => centralMoment(values, 2)

export const excessKurtosis = (values: Float64Array): number =>
  centralMoment(values, 4) / centralMoment(values, 2) ** 2 - 3

export const skewness = (values: Float64Array): number => centralMoment(values, 3) / centralMoment(values, 2) ** 1.5

export function autocorrelation(values: Float64Array, lag: number): number {
  const center = mean(values)
  let sum = 0
  for (let at = 0; at + lag < values.length; at++) sum += (values[at]! - center) * (values[at + lag]! - center)
  return sum / (variance(values) * values.length)
}

export function correlation(xs: Float64Array, ys: Float64Array): number {
  const [x, y] = [mean(xs), mean(ys)]
  let sum = 0
  for (let at = 0; at < xs.length; at++) sum += (xs[at]! - x) * (ys[at]! - y)
  return sum / (xs.length * Math.sqrt(variance(xs) * variance(ys)))
}

/** Tail index on the largest `share` of absolute values (Hill 1975). */
export function hillIndex(values: Float64Array, share = 0.01): number {
  const sorted = values.map(Math.abs).sort().reverse()
  const count = Math.max(10, Math.floor(sorted.length * share))
  let sum = 0
  for (let at = 0; at < count; at++) sum += Math.log(sorted[at]! / sorted[count]!)
  return count / sum
}

/** The exponent of a power-law decay: minus the slope of log ACF on log lag, over the lags where it is positive. */
export function decayExponent(values: Float64Array, lags: readonly number[]): number {
  const points = lags.map((lag) => [lag, autocorrelation(values, lag)] as const).filter(([, acf]) => acf > 0)
  const xs = Float64Array.from(points, ([lag]) => Math.log(lag))
  const ys = Float64Array.from(points, ([, acf]) => Math.log(acf))
  return (-correlation(xs, ys) * Math.sqrt(variance(ys))) / Math.sqrt(variance(xs))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

export const logReturns = (prices: Float64Array): Float64Array =>
  prices.subarray(1).map((price, at) => Math.log(price / prices[at]!))

function centralMoment(values: Float64Array, order: number): number {
  const center = mean(values)
  let sum = 0
  for (const value of values) sum += (value - center) ** order
  return sum / values.length
}
