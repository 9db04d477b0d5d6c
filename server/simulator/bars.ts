/** Bars of one instrument and one resolution as columns, oldest first. An interval without trades has no bar. */
export interface Bars {
  readonly symbol: string
  readonly resolutionMs: number
  readonly length: number
  readonly startMs: Float64Array
  readonly openTicks: Float64Array
  readonly highTicks: Float64Array
  readonly lowTicks: Float64Array
  readonly closeTicks: Float64Array
  readonly volumeLots: Float64Array
  readonly trades: Float64Array
  /** Sum of ticks × lots, an integer. Divided by volumeLots it is the volume-weighted average price. */
  readonly turnoverTickLots: Float64Array
}

/** The trading of one step, which is added to a bar. */
interface BarStep {
  readonly openTicks: number
  readonly highTicks: number
  readonly lowTicks: number
  readonly closeTicks: number
  readonly lots: number
  readonly trades: number
}

/** Aggregates steps into bars. The columns have a fixed capacity. */
export class BarSeries {
  private readonly symbol: string
  private readonly resolutionMs: number
  private readonly startMs: Float64Array
  private readonly open: Float64Array
  private readonly high: Float64Array
  private readonly low: Float64Array
  private readonly close: Float64Array
  private readonly volume: Float64Array
  private readonly trades: Float64Array
  private readonly turnover: Float64Array
  private length = 0

  constructor(symbol: string, resolutionMs: number, capacity: number) {
    this.symbol = symbol
    this.resolutionMs = resolutionMs
    const column = () => new Float64Array(capacity)
    this.startMs = column()
    this.open = column()
    this.high = column()
    this.low = column()
    this.close = column()
    this.volume = column()
    this.trades = column()
    this.turnover = column()
  }

  /** @param timeMs the start of the step, which must be within one bar */
  add(timeMs: number, step: BarStep): void {
    if (step.trades === 0) return
    const startMs = timeMs - (timeMs % this.resolutionMs)
    if (this.length === 0 || this.startMs[this.length - 1] !== startMs) this.begin(startMs, step)
    const at = this.length - 1
    this.high[at] = Math.max(this.high[at] ?? 0, step.highTicks)
    this.low[at] = Math.min(this.low[at] ?? 0, step.lowTicks)
    this.close[at] = step.closeTicks
    this.volume[at] = (this.volume[at] ?? 0) + step.lots
    this.trades[at] = (this.trades[at] ?? 0) + step.trades
    const middle = 0.25 * (step.openTicks + step.highTicks + step.lowTicks + step.closeTicks)
    this.turnover[at] = (this.turnover[at] ?? 0) + Math.round(middle * step.lots)
  }

  /** The bars. They share memory with the series, so nothing may be added afterwards. */
  finish(): Bars {
    const { symbol, resolutionMs, length } = this
    const filled = (column: Float64Array) => column.subarray(0, length)
    return {
      symbol,
      resolutionMs,
      length,
      startMs: filled(this.startMs),
      openTicks: filled(this.open),
      highTicks: filled(this.high),
      lowTicks: filled(this.low),
      closeTicks: filled(this.close),
      volumeLots: filled(this.volume),
      trades: filled(this.trades),
      turnoverTickLots: filled(this.turnover),
    }
  }

  private begin(startMs: number, step: BarStep): void {
    const at = this.length++
    this.startMs[at] = startMs
    this.open[at] = step.openTicks
    this.high[at] = step.highTicks
    this.low[at] = step.lowTicks
  }
}
