import {
  BaselineSeries,
  createChart,
  CrosshairMode,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type UTCTimestamp,
} from 'lightweight-charts'
import { chartColors, knownLocale } from '#lib/chart/chart-colors.ts'
import { grouped, MINUS, signedPercent } from '#lib/ui/format.ts'
import type { MarketPoint } from './market-line.ts'
import type { CurvePoint } from './performance.ts'

export type EquityUnit = 'dollars' | 'percent'

const DRAWDOWN_PX = 62
/** Under this spread whole dollars would say the same on every line of the grid. */
const WHOLE_FROM = 20

/** The drawing of a curve, with its drawdown below. It can't be moved: the page scrolls under it. */
export class EquityChart {
  readonly #chart: IChartApi
  readonly #equity: ISeriesApi<'Baseline'>
  readonly #market: ISeriesApi<'Line'>
  readonly #drawdown: ISeriesApi<'Baseline'>
  readonly #element: HTMLElement
  #decimals = 0
  #unit: EquityUnit = 'dollars'
  #base = 0
  #lastMs = 0

  constructor(element: HTMLElement, onhover: (timeMs: number | undefined, worth: number | undefined) => void) {
    this.#element = element
    this.#chart = createChart(element, {
      autoSize: true,
      layout: {
        background: { color: 'transparent' },
        fontFamily: 'Inter Variable, Inter Fallback, sans-serif',
        fontSize: 11,
        attributionLogo: false,
        panes: { enableResize: false },
      },
      localization: { locale: knownLocale(navigator.language) },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.13, bottom: 0.08 }, minimumWidth: 64 },
      timeScale: {
        borderVisible: false,
        rightOffset: 0,
        fixLeftEdge: true,
        fixRightEdge: true,
        timeVisible: true,
        secondsVisible: false,
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
    this.#chart.applyOptions({
      layout: { textColor: colors.text, panes: { separatorColor: colors.line, separatorHoverColor: colors.line } },
      grid: { vertLines: { color: colors.grid }, horzLines: { color: colors.grid } },
      crosshair: {
        vertLine: { color: colors.crosshair, labelBackgroundColor: colors.label },
        horzLine: { color: colors.crosshair, labelBackgroundColor: colors.label },
      },
    })
    this.#equity.applyOptions({
      topLineColor: colors.up,
      topFillColor1: upSoft,
      topFillColor2: 'transparent',
      bottomLineColor: colors.down,
      bottomFillColor1: 'transparent',
      bottomFillColor2: 'transparent',
    })
    this.#drawdown.applyOptions({
      topLineColor: colors.down,
      topFillColor1: 'transparent',
      topFillColor2: 'transparent',
      bottomLineColor: colors.down,
      bottomFillColor1: downSoft,
      bottomFillColor2: downSoft,
    })
    this.#market.applyOptions({ color: colors.text })
  }

  /** A curve anew, whole in view. */
  replace(curve: readonly CurvePoint[], market: readonly MarketPoint[], unit: EquityUnit): void {
    this.#unit = unit
    this.#base = curve[0]?.equity ?? 0
    this.#scale(curve)
    const worth = this.#inUnit
    const moments = eachSecondOnce(curve)
    this.#equity.applyOptions({ baseValue: { type: 'price', price: worth(this.#base) } })
    this.#equity.setData(moments.map(({ timeMs, equity }) => ({ time: second(timeMs), value: worth(equity) })))
    this.#drawdown.setData(moments.map(({ timeMs, drawdownPct }) => ({ time: second(timeMs), value: drawdownPct })))
    this.#market.setData(
      eachSecondOnce(market).map(({ timeMs, percent }) => ({
        time: second(timeMs),
        value: unit === 'percent' ? percent : this.#base * (1 + percent / 100),
      })),
    )
    this.#lastMs = moments.at(-1)?.timeMs ?? 0
    this.#chart.timeScale().fitContent()
  }

  /** How it stands now takes the place of how it stood when the curve was drawn. */
  update(now: CurvePoint): void {
    const time = second(this.#lastMs)
    this.#equity.update({ time, value: this.#inUnit(now.equity) })
    this.#drawdown.update({ time, value: now.drawdownPct })
  }

  remove(): void {
    this.#chart.remove()
  }

  readonly #inUnit = (equity: number): number =>
    this.#unit === 'dollars' || this.#base <= 0 ? equity : (equity / this.#base - 1) * 100

  #text(value: number): string {
    if (this.#unit === 'percent') return signedPercent(value)
    return grouped(value.toFixed(this.#decimals))
  }

  #scale(curve: readonly CurvePoint[]): void {
    const all = curve.map(({ equity }) => equity)
    this.#decimals = Math.max(...all) - Math.min(...all) < WHOLE_FROM ? 2 : 0
  }
}

/** A percent of one decimal; of two where one would call it nothing. */
function fallText(percent: number): string {
  const text = percent.toFixed(percent > -0.1 ? 2 : 1)
  return `${/[1-9]/.test(text) ? text.replace('-', MINUS) : '0.0'}%`
}

const second = (timeMs: number) => Math.floor(timeMs / 1_000) as UTCTimestamp

/** The chart wants times that rise: of those within one second the last. */
function eachSecondOnce<Point extends { readonly timeMs: number }>(points: readonly Point[]): readonly Point[] {
  return points.filter((point, index) => {
    const next = points[index + 1]
    return !next || second(next.timeMs) > second(point.timeMs)
  })
}
