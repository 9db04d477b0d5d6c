import type { Candle } from '@valiant/shared/protocol/market-data'
import {
  AreaSeries,
  BarSeries,
  CandlestickSeries,
  createSeriesMarkers,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type ISeriesPrimitive,
  LineSeries,
  LineStyle,
  type PriceFormat,
  type SeriesMarker,
  type SeriesType,
  type Time,
} from 'lightweight-charts'
import type { ChartColors } from './chart-colors.ts'
import type { ChartStyle } from './chart-look.ts'
import { textOn } from './label-text.ts'
import { timeOf } from './series-time.ts'

/** The line of an open order or of the position. */
export interface OwnLine {
  readonly id: string
  readonly price: number
  /** `waiting` for its trigger, its entry or an answer: dashed. */
  readonly kind: 'order' | 'waiting' | 'position'
  /** Whether the price axis shows its price; by default it does. */
  readonly hasLabel?: boolean
}

/** The price series in its style, with what is attached to it: last price, own lines and fills, drawings. */
export class PriceSeries {
  readonly #chart: IChartApi
  readonly #format: PriceFormat
  readonly #primitives: readonly ISeriesPrimitive[]
  readonly #lines = new Map<string, { readonly line: OwnLine; readonly drawn: IPriceLine }>()
  #style: ChartStyle
  #series: ISeriesApi<SeriesType>
  #markers: ISeriesMarkersPluginApi<Time>
  #lastLine: IPriceLine
  #last: Candle | undefined
  #colors: ChartColors

  /** @param primitives drawn over the price, whatever its style */
  constructor(
    chart: IChartApi,
    { style, colors, format }: { style: ChartStyle; colors: ChartColors; format: PriceFormat },
    primitives: readonly ISeriesPrimitive[],
  ) {
    this.#chart = chart
    this.#style = style
    this.#colors = colors
    this.#format = format
    this.#primitives = primitives
    ;[this.#series, this.#markers, this.#lastLine] = this.#made()
  }

  /** Changes the style: a new series takes over what was attached to the old one. The chart and its view stay. */
  become(style: ChartStyle, candles: Iterable<Candle>): void {
    if (style === this.#style) return
    const marks = this.#markers.markers()
    const lines = [...this.#lines.values()].map(({ line }) => line)
    for (const primitive of this.#primitives) this.#series.detachPrimitive(primitive)
    this.#markers.detach()
    this.#chart.removeSeries(this.#series)
    this.#lines.clear()
    this.#style = style
    ;[this.#series, this.#markers, this.#lastLine] = this.#made()
    this.replace(candles)
    this.lines(lines)
    this.#markers.setMarkers([...marks])
  }

  paint(colors: ChartColors): void {
    this.#colors = colors
    this.#series.applyOptions(this.#painted())
    for (const { drawn } of this.#lines.values()) drawn.applyOptions({ color: colors.you, ...label(colors.youSolid) })
    this.#drawLast()
  }

  replace(candles: Iterable<Candle>): void {
    const all = [...candles]
    this.#last = all.at(-1)
    this.#series.setData(all.map((candle) => this.#point(candle)))
    this.#drawLast()
  }

  update(candle: Candle): void {
    this.#last = candle
    this.#series.update(this.#point(candle))
    this.#drawLast()
  }

  lines(lines: readonly OwnLine[]): void {
    const wanted = new Set(lines.map(({ id }) => id))
    for (const [id, { drawn }] of this.#lines) {
      if (wanted.has(id)) continue
      this.#series.removePriceLine(drawn)
      this.#lines.delete(id)
    }
    for (const line of lines) {
      const { id, price, kind, hasLabel = true } = line
      const before = this.#lines.get(id)
      // Only the chip changes with each price: updating the line would repaint the whole chart.
      if (before?.line.price === price && before.line.kind === kind && before.line.hasLabel === line.hasLabel) continue
      const options = {
        price,
        lineWidth: 1 as const,
        lineStyle: LINE_STYLES[kind],
        color: this.#colors.you,
        ...label(this.#colors.youSolid),
        axisLabelVisible: hasLabel,
        title: '',
      }
      before?.drawn.applyOptions(options)
      this.#lines.set(id, { line, drawn: before?.drawn ?? this.#series.createPriceLine(options) })
    }
  }

  marks(marks: SeriesMarker<Time>[]): void {
    this.#markers.setMarkers(marks)
  }

  /** Pixels from the top; undefined before the first drawing. */
  coordinateOf(price: number): number | undefined {
    return this.#series.priceToCoordinate(price) ?? undefined
  }

  /** The price at a height; undefined before the first drawing. */
  priceAt(y: number): number | undefined {
    return this.#series.coordinateToPrice(y) ?? undefined
  }

  #made(): [ISeriesApi<SeriesType>, ISeriesMarkersPluginApi<Time>, IPriceLine] {
    const series = this.#chart.addSeries<SeriesType>(SERIES[this.#style], {
      ...this.#painted(),
      priceFormat: this.#format,
      // Drawn by us, since a hollow bar has no color for it.
      lastValueVisible: false,
      priceLineVisible: false,
    })
    for (const primitive of this.#primitives) series.attachPrimitive(primitive)
    const last = { price: 0, lineWidth: 1, lineStyle: LineStyle.Dotted, lineVisible: false } as const
    return [series, createSeriesMarkers<Time>(series, []), series.createPriceLine({ ...last, axisLabelVisible: false })]
  }

  #painted() {
    const { up, down, price, underPrice, hasHollowRises } = this.#colors
    switch (this.#style) {
      case 'candles':
        return {
          upColor: hasHollowRises ? 'transparent' : up,
          downColor: down,
          borderUpColor: up,
          borderDownColor: down,
          wickUpColor: up,
          wickDownColor: down,
        }
      case 'bars':
        // The ticks for open and close tell rise from fall without the color.
        return { upColor: up, downColor: down, openVisible: true }
      case 'line':
        return { color: price, lineWidth: 2 as const }
      case 'area':
        return { lineColor: price, lineWidth: 2 as const, topColor: underPrice, bottomColor: underPrice }
    }
  }

  /** The chart library needs numbers; the exact strings stay in the bars. */
  #point(candle: Candle) {
    const [open, high, low, close] = [Number(candle[1]), Number(candle[2]), Number(candle[3]), Number(candle[4])]
    const time = timeOf(candle)
    return this.#style === 'candles' || this.#style === 'bars'
      ? { time, open, high, low, close }
      : { time, value: close }
  }

  #drawLast(): void {
    if (!this.#last) return
    const [, open, , , close] = this.#last
    const color = Number(close) >= Number(open) ? this.#colors.up : this.#colors.down
    this.#lastLine.applyOptions({
      price: Number(close),
      color,
      ...label(color),
      lineVisible: true,
      axisLabelVisible: true,
    })
  }
}

const label = (background: string) => ({ axisLabelColor: background, axisLabelTextColor: textOn(background) })

const SERIES = { candles: CandlestickSeries, bars: BarSeries, line: LineSeries, area: AreaSeries } as const

const LINE_STYLES = { order: LineStyle.Solid, waiting: LineStyle.Dashed, position: LineStyle.Dotted } as const
