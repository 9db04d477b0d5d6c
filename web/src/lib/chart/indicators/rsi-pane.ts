import type { Candle } from '@valiant/shared/protocol/market-data'
import { type IChartApi, type IPriceLine, type ISeriesApi, LineSeries, LineStyle } from 'lightweight-charts'
import { grouped } from '#lib/ui/format.ts'
import type { ChartColors } from '../chart-colors.ts'
import type { LegendBar } from './indicators.ts'
import { timeOf } from '../series-time.ts'

const RSI_PANE_PX = 78
/** Height of the line between two panes. */
const SEPARATOR_PX = 1
/** The thresholds of overbought and oversold. */
const BOUNDS = [70, 30] as const
/** Space around the thresholds, so that they are always visible. */
const ROOM = 4

/** The relative strength index in a pane of fixed height below the price. */
export class RsiPane {
  readonly #chart: IChartApi
  readonly #element: HTMLElement
  readonly #resized: ResizeObserver
  #line: ISeriesApi<'Line'> | undefined
  #bounds: readonly IPriceLine[] = []

  constructor(chart: IChartApi, element: HTMLElement) {
    this.#chart = chart
    this.#element = element
    this.#resized = new ResizeObserver(() => this.#fit())
    this.#resized.observe(element)
    chart.timeScale().subscribeSizeChange(() => this.#fit())
  }

  /** In pixels, with the line above it. */
  get height(): number {
    return this.isShown ? SEPARATOR_PX + RSI_PANE_PX : 0
  }

  get isShown(): boolean {
    return this.#line !== undefined
  }

  show(bars: Iterable<LegendBar>, colors: ChartColors): void {
    const line = this.#chart.addSeries(
      LineSeries,
      {
        lineWidth: 1,
        priceLineVisible: false,
        crosshairMarkerVisible: false,
        priceFormat: {
          type: 'custom',
          minMove: 0.01,
          formatter: (rsi: number) => grouped(rsi.toFixed(2)),
          tickmarksFormatter: blank,
        },
        autoscaleInfoProvider: (ofLine: () => { priceRange: { minValue: number; maxValue: number } | null } | null) => {
          const { minValue, maxValue } = ofLine()?.priceRange ?? { minValue: 50, maxValue: 50 }
          const [high, low] = BOUNDS
          return {
            priceRange: { minValue: Math.min(minValue, low - ROOM), maxValue: Math.max(maxValue, high + ROOM) },
          }
        },
      },
      1,
    )
    line.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: 0.06 } })
    this.#bounds = BOUNDS.map((price) => line.createPriceLine({ price, lineWidth: 1, lineStyle: LineStyle.Dotted }))
    this.#line = line
    this.replace(bars)
    this.paint(colors)
    this.#fit()
  }

  /** Removes its pane too. */
  hide(): void {
    if (this.#line) this.#chart.removeSeries(this.#line)
    this.#line = undefined
  }

  paint({ strength, strengthLabel, crosshair, ground, text }: ChartColors): void {
    this.#line?.applyOptions({ color: strength, priceLineColor: strengthLabel })
    for (const bound of this.#bounds) {
      bound.applyOptions({ color: crosshair, axisLabelColor: ground, axisLabelTextColor: text })
    }
  }

  replace(bars: Iterable<LegendBar>): void {
    this.#line?.setData([...bars].map(({ candle, rsi }) => point(candle, rsi)))
  }

  update({ candle, rsi }: LegendBar): void {
    this.#line?.update(point(candle, rsi))
  }

  destroy(): void {
    this.#resized.disconnect()
  }

  #fit(): void {
    const [price, own] = this.#chart.panes()
    const pricePx = this.#element.clientHeight - this.#chart.timeScale().height() - this.height
    if (!this.#line || !price || !own || pricePx <= 0) return
    price.setStretchFactor(pricePx)
    own.setStretchFactor(RSI_PANE_PX)
  }
}

/** The axis labels only the thresholds, which, unlike tick labels, make way for the value's own label. */
const blank = (ticks: readonly number[]): string[] => ticks.map(() => '')

/** Bars without a value are kept, so that both panes have the same bars. */
const point = (candle: Candle, rsi: number | undefined) =>
  rsi === undefined ? { time: timeOf(candle) } : { time: timeOf(candle), value: rsi }
