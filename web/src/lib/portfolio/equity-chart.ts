import {
  type AutoscaleInfo,
  type BaselineData,
  BaselineSeries,
  CrosshairMode,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type UTCTimestamp,
} from 'lightweight-charts'
import { chartColors } from '#lib/chart/chart-colors.ts'
import { paintPlain, plainChart } from '#lib/chart/plain-chart.ts'
import { grouped, signedPercent } from '#lib/ui/format.ts'
import type { MarketPoint } from './market-line.ts'
import { type CurvePoint, levelsOf } from './performance.ts'

export type EquityUnit = 'dollars' | 'percent'

const DRAWDOWN_PX = 62
/** The smallest drawdown that the labels can show. */
const SHALLOWEST_PCT = -0.01
/** Below this range every grid line would have the same label in whole dollars. */
const WHOLE_FROM = 20
/** On a phone there may be more than two points per pixel. */
const STEP_PX_MIN = 0.1
/** Below this span the time axis would repeat labels of whole minutes. */
const SECONDS_BELOW_MS = 600_000

/** Colors of a line above its base, below it, and on it. */
interface LineColors {
  readonly up: string
  readonly down: string
  readonly level: string
}

/** Draws a curve with its drawdown below. It cannot be panned, so that a swipe scrolls the page. */
export class EquityChart {
  readonly #chart: IChartApi
  readonly #equity: ISeriesApi<'Baseline'>
  readonly #market: ISeriesApi<'Line'>
  readonly #drawdown: ISeriesApi<'Baseline'>
  readonly #element: HTMLElement
  #decimals = 0
  #unit: EquityUnit = 'dollars'
  #base = 0
  #moments: readonly CurvePoint[] = []
  #colors: LineColors = { up: '', down: '', level: '' }
  #labels: LineColors = { up: '', down: '', level: '' }

  constructor(element: HTMLElement, onhover: (timeMs: number | undefined, worth: number | undefined) => void) {
    this.#element = element
    this.#chart = plainChart(element, {
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.13, bottom: 0.08 }, minimumWidth: 64 },
      timeScale: {
        borderVisible: false,
        minBarSpacing: STEP_PX_MIN,
        lockVisibleTimeRangeOnResize: true,
        timeVisible: true,
      },
      crosshair: { mode: CrosshairMode.Magnet },
      handleScroll: false,
      handleScale: false,
    })
    const priceFormat = { type: 'custom' as const, minMove: 0.01, formatter: (value: number) => this.#text(value) }
    this.#market = this.#chart.addSeries(LineSeries, {
      lineWidth: 1,
      lineStyle: LineStyle.Dashed,
      lastValueVisible: false,
      priceLineVisible: false,
      crosshairMarkerVisible: false,
      priceFormat,
    })
    this.#equity = this.#chart.addSeries(BaselineSeries, { lineWidth: 2, priceLineVisible: false, priceFormat })
    this.#drawdown = this.#chart.addSeries(
      BaselineSeries,
      {
        baseValue: { type: 'price', price: 0 },
        lineWidth: 1,
        lastValueVisible: false,
        priceLineVisible: false,
        crosshairMarkerVisible: false,
        autoscaleInfoProvider: deepEnough,
        priceFormat: {
          type: 'custom',
          minMove: 0.01,
          formatter: (value: number) => fallText(value),
        },
      },
      1,
    )
    this.#drawdown.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.1 } })
    this.#chart.panes()[1]?.setHeight(DRAWDOWN_PX)
    this.#chart.subscribeCrosshairMove((event) => {
      const point = event.seriesData.get(this.#equity)
      const worth = point && 'value' in point ? point.value : undefined
      onhover(typeof event.time === 'number' ? event.time * 1_000 : undefined, worth)
    })
  }

  paint(isStale: boolean): void {
    const colors = chartColors(this.#element, isStale)
    const soft = (name: string) => getComputedStyle(this.#element).getPropertyValue(name).trim()
    const [upSoft, downSoft] = isStale ? ['transparent', 'transparent'] : [soft('--up-soft'), soft('--down-soft')]
    paintPlain(this.#chart, colors)
    this.#equity.applyOptions({
      topFillColor1: upSoft,
      topFillColor2: 'transparent',
      bottomFillColor1: 'transparent',
      bottomFillColor2: 'transparent',
    })
    this.#drawdown.applyOptions({
      topFillColor1: 'transparent',
      topFillColor2: 'transparent',
      bottomFillColor1: downSoft,
      bottomFillColor2: downSoft,
    })
    this.#market.applyOptions({ color: colors.text })
    this.#colors = { up: colors.up, down: colors.down, level: isStale ? colors.text : soft('--fg-2') }
    this.#labels = { up: colors.upLabel, down: colors.downLabel, level: colors.strengthLabel }
    this.#draw()
  }

  /** Draws a curve from edge to edge. */
  replace(curve: readonly CurvePoint[], market: readonly MarketPoint[], unit: EquityUnit): void {
    this.#unit = unit
    this.#base = unit === 'dollars' ? (curve[0]?.equity ?? 0) : 0
    this.#scale(curve)
    this.#moments = eachSecondOnce(curve)
    this.#equity.applyOptions({ baseValue: { type: 'price', price: this.#base } })
    this.#draw()
    this.#market.setData(
      eachSecondOnce(market).map(({ timeMs, percent }) => ({
        time: second(timeMs),
        value: unit === 'percent' ? percent : this.#base * (1 + percent / 100),
      })),
    )
    const [first, last] = [this.#moments[0], this.#moments.at(-1)]
    if (!first || !last) return
    const timeScale = this.#chart.timeScale()
    timeScale.applyOptions({ secondsVisible: last.timeMs - first.timeMs < SECONDS_BELOW_MS })
    // Each point has room on both sides, of which half is cut at the ends. The library shows at least two whole points.
    if (this.#moments.length < 3) timeScale.fitContent()
    else timeScale.setVisibleLogicalRange({ from: 0.5, to: this.#moments.length - 1.5 })
  }

  /** Replaces the last point by the current value. */
  update(now: CurvePoint): void {
    const last = this.#moments.at(-1)
    if (!last) return
    this.#moments = this.#moments.with(-1, { ...now, timeMs: last.timeMs })
    this.#draw()
  }

  remove(): void {
    this.#chart.remove()
  }

  /** In percent a deposit is no rise: the curve follows a dollar that was in the account from the start. */
  readonly #inUnit = ({ equity, grownPct }: CurvePoint): number => (this.#unit === 'dollars' ? equity : grownPct)

  #draw(): void {
    const { down, level } = this.#colors
    const worths = this.#moments.map((moment) => ({ timeMs: moment.timeMs, value: this.#inUnit(moment) }))
    const falls = this.#moments.map(({ timeMs, drawdownPct }) => ({ timeMs, value: drawdownPct }))
    const base = this.#base
    const last = worths.at(-1)?.value ?? base
    const label = last === base ? 'level' : last > base ? 'up' : 'down'
    this.#equity.applyOptions({ priceLineColor: this.#labels[label] })
    this.#equity.setData(colored(worths, base, this.#colors))
    this.#drawdown.setData(colored(falls, 0, { up: down, down, level }))
  }

  #text(value: number): string {
    if (this.#unit === 'percent') return signedPercent(value)
    return grouped(value.toFixed(this.#decimals))
  }

  #scale(curve: readonly CurvePoint[]): void {
    const all = curve.map(({ equity }) => equity)
    this.#decimals = Math.max(...all) - Math.min(...all) < WHOLE_FROM ? 2 : 0
  }
}

/** A drawdown that the labels would round to zero is drawn as none. */
function deepEnough(own: () => AutoscaleInfo | null): AutoscaleInfo | null {
  const info = own()
  if (!info?.priceRange) return info
  const { minValue, maxValue } = info.priceRange
  return { ...info, priceRange: { minValue: Math.min(minValue, SHALLOWEST_PCT), maxValue } }
}

/** Percent with one decimal, or two if one would round it to zero. */
function fallText(percent: number): string {
  const text = percent.toFixed(percent > -0.1 ? 2 : 1)
  return `${grouped(/[1-9]/.test(text) ? text : '0.0')}%`
}

/** On its base a line would be drawn in both colors, half its width each: there it has its own color. */
function colored(
  moments: readonly { readonly timeMs: number; readonly value: number }[],
  base: number,
  { up, down, level }: LineColors,
): BaselineData<UTCTimestamp>[] {
  const values = moments.map(({ value }) => value)
  const levels = levelsOf(values, base)
  return moments.map(({ timeMs, value }, index) => ({
    ...{ time: second(timeMs), value },
    ...(levels[index] === true
      ? { topLineColor: level, bottomLineColor: level }
      : { topLineColor: up, bottomLineColor: down }),
  }))
}

const second = (timeMs: number) => Math.floor(timeMs / 1_000) as UTCTimestamp

/** The chart needs rising times in seconds: keeps the last point of each second. */
function eachSecondOnce<Point extends { readonly timeMs: number }>(points: readonly Point[]): readonly Point[] {
  return points.filter((point, index) => {
    const next = points[index + 1]
    return !next || second(next.timeMs) > second(point.timeMs)
  })
}
