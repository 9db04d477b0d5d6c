import type { Candle } from '@valiant/shared/protocol/market-data'
import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  CrosshairMode,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  type MouseEventParams,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts'
import { grouped } from '#lib/ui/format.ts'
import { MovingAverage } from './average.ts'
import type { LegendBar } from './candles.ts'
import { type ChartColors, knownLocale } from './chart-colors.ts'
import { barMarks, type OwnFill } from './fill-marks.ts'

/** A line of the account's own: an open order or the position. */
export interface OwnLine {
  readonly id: string
  readonly price: number
  /** `waiting`: not in the book, but for its price or its entry. */
  readonly kind: 'order' | 'waiting' | 'position'
}

export interface ChartHandlers {
  /** The left edge comes near: older bars are wanted. */
  onolder(): void
  /** Under the crosshair; undefined when it left. */
  onhover(bar: LegendBar | undefined, price: number | undefined): void
  /** Something moved: coordinates of prices are others now. */
  onmoved(): void
}

const OLDER_WITHIN_BARS = 60
const RIGHT_OFFSET = 28
const BAR_SPACING = 6.2

/** The drawing of one instrument's bars: candles, volume, two averages, own lines and fills. Fed directly. */
export class PriceChart {
  readonly #chart: IChartApi
  readonly #candles: ISeriesApi<'Candlestick'>
  readonly #volume: ISeriesApi<'Histogram'>
  readonly #averages: readonly [ISeriesApi<'Line'>, ISeriesApi<'Line'>]
  readonly #markers: ISeriesMarkersPluginApi<Time>
  readonly #lastLine: IPriceLine
  readonly #lines = new Map<string, { readonly drawn: IPriceLine; price: number; kind: OwnLine['kind'] }>()
  #running: [MovingAverage, MovingAverage] = [new MovingAverage(20), new MovingAverage(50)]
  #bars = new Map<number, LegendBar>()
  #last: Candle | undefined
  #colors: ChartColors
  #intervalMs = 60_000

  constructor(element: HTMLElement, tickSize: string, colors: ChartColors, handlers: ChartHandlers) {
    this.#colors = colors
    const decimals = (tickSize.split('.')[1] ?? '').length
    this.#chart = createChart(element, {
      autoSize: true,
      layout: {
        background: { color: 'transparent' },
        fontFamily: 'Inter Variable, Inter Fallback, sans-serif',
        fontSize: 11,
        attributionLogo: false,
      },
      localization: {
        locale: knownLocale(navigator.language),
        priceFormatter: (price: number) => grouped(price.toFixed(decimals)),
      },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.13, bottom: 0.15 }, minimumWidth: 60 },
      timeScale: {
        borderVisible: false,
        rightOffset: RIGHT_OFFSET,
        barSpacing: BAR_SPACING,
        timeVisible: true,
        secondsVisible: false,
      },
      crosshair: { mode: CrosshairMode.Normal },
    })
    const priceFormat = { type: 'price' as const, minMove: Number(tickSize), precision: decimals }
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: 'volume',
      lastValueVisible: false,
      priceLineVisible: false,
    })
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } })
    const average = () =>
      this.#chart.addSeries(LineSeries, {
        lineWidth: 1,
        lastValueVisible: false,
        priceLineVisible: false,
        crosshairMarkerVisible: false,
        priceFormat,
      })
    this.#averages = [average(), average()]
    this.#candles = this.#chart.addSeries(CandlestickSeries, {
      priceFormat,
      // A line of our own instead: a hollow bar has no color to give it.
      lastValueVisible: false,
      priceLineVisible: false,
    })
    this.#lastLine = this.#candles.createPriceLine({
      price: 0,
      lineWidth: 1,
      lineStyle: LineStyle.Dotted,
      lineVisible: false,
      axisLabelVisible: false,
    })
    this.#candles.attachPrimitive({ updateAllViews: () => handlers.onmoved() })
    this.#markers = createSeriesMarkers<Time>(this.#candles, [])
    this.#chart.subscribeCrosshairMove((event) => handlers.onhover(this.#barAt(event), this.#priceAt(event)))
    // Hidden, it has no width and forgets how wide its bars are.
    let width = element.clientWidth
    this.#chart.timeScale().subscribeSizeChange((wide) => {
      if (width === 0 && wide > 0) this.#chart.timeScale().resetTimeScale()
      width = wide
    })
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && range.from < OLDER_WITHIN_BARS && this.#bars.size > 0) handlers.onolder()
    })
    this.paint(colors)
  }

  paint(colors: ChartColors): void {
    this.#colors = colors
    const { up, down, isBlueOrange } = colors
    this.#chart.applyOptions({
      layout: { textColor: colors.text },
      grid: { vertLines: { color: colors.grid }, horzLines: { color: colors.grid } },
      crosshair: {
        vertLine: { color: colors.crosshair, labelBackgroundColor: colors.label },
        horzLine: { color: colors.crosshair, labelBackgroundColor: colors.label },
      },
    })
    this.#candles.applyOptions({
      upColor: isBlueOrange ? 'transparent' : up,
      downColor: down,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      wickDownColor: down,
    })
    this.#averages[0].applyOptions({ color: colors.average1 })
    this.#averages[1].applyOptions({
      color: colors.average2,
      lineStyle: isBlueOrange ? LineStyle.Dashed : LineStyle.Solid,
    })
    for (const { drawn } of this.#lines.values())
      drawn.applyOptions({ color: colors.you, axisLabelColor: colors.youSolid })
    this.#volume.setData([...this.#bars.values()].map(({ candle }) => this.#volumeBar(candle)))
    this.#drawLast()
  }

  /** All bars anew: another interval, an older page, or after a gap. The view stays where it is unless `fit`. */
  replace(candles: readonly Candle[], intervalMs: number, fit: boolean): void {
    this.#intervalMs = intervalMs
    this.#running = [new MovingAverage(20), new MovingAverage(50)]
    this.#bars = new Map()
    const bars = candles.map((candle) => this.#remember(candle, false))
    this.#last = candles.at(-1)
    this.#chart.timeScale().applyOptions({ secondsVisible: intervalMs < 60_000 })
    this.#candles.setData(candles.map(candleBar))
    this.#volume.setData(candles.map((candle) => this.#volumeBar(candle)))
    this.#averages[0].setData(bars.map(({ candle, average20 }) => ({ time: timeOf(candle), value: average20 })))
    this.#averages[1].setData(bars.map(({ candle, average50 }) => ({ time: timeOf(candle), value: average50 })))
    this.#drawLast()
    if (fit) {
      this.#chart.priceScale('right').applyOptions({ autoScale: true })
      this.#chart.timeScale().resetTimeScale()
    }
  }

  /** The bar now forming, or the next. */
  update(candle: Candle): void {
    if (this.#last && candle[0] < this.#last[0]) return
    const { average20, average50 } = this.#remember(candle, candle[0] === this.#last?.[0])
    this.#last = candle
    const time = timeOf(candle)
    this.#candles.update(candleBar(candle))
    this.#volume.update(this.#volumeBar(candle))
    this.#averages[0].update({ time, value: average20 })
    this.#averages[1].update({ time, value: average50 })
    this.#drawLast()
  }

  lines(lines: readonly OwnLine[]): void {
    const wanted = new Map(lines.map((line) => [line.id, line]))
    for (const [id, { drawn }] of this.#lines) {
      if (wanted.has(id)) continue
      this.#candles.removePriceLine(drawn)
      this.#lines.delete(id)
    }
    for (const { id, price, kind } of lines) {
      const line = this.#lines.get(id)
      // What changes with each price is the chip, not the line: it would be a drawing of everything.
      if (line?.price === price && line.kind === kind) continue
      const options = {
        price,
        lineWidth: 1 as const,
        lineStyle: LINE_STYLES[kind],
        color: this.#colors.you,
        axisLabelColor: this.#colors.youSolid,
        axisLabelVisible: true,
        title: '',
      }
      if (line) {
        line.drawn.applyOptions(options)
        Object.assign(line, { price, kind })
      } else this.#lines.set(id, { drawn: this.#candles.createPriceLine(options), price, kind })
    }
  }

  /** The account's own trades. */
  marks(fills: readonly OwnFill[], qtyText: (lots: number) => string): void {
    const first = this.#bars.keys().next().value ?? Infinity
    this.#markers.setMarkers(
      barMarks(fills, this.#intervalMs)
        .filter(({ startMs }) => startMs >= first)
        .map(({ startMs, side, lots }) => ({
          time: (startMs / 1_000) as UTCTimestamp,
          position: side === 'buy' ? ('belowBar' as const) : ('aboveBar' as const),
          shape: side === 'buy' ? ('arrowUp' as const) : ('arrowDown' as const),
          color: this.#colors.you,
          text: `${side === 'buy' ? 'B' : 'S'} ${qtyText(lots)}`,
        })),
    )
  }

  /** Pixels from the top; undefined before the first drawing. */
  coordinateOf(price: number): number | undefined {
    return this.#candles.priceToCoordinate(price) ?? undefined
  }

  /** The price at a height; undefined before the first drawing. */
  priceAt(y: number): number | undefined {
    return this.#candles.coordinateToPrice(y) ?? undefined
  }

  /** Width of the axis at the right, where chips end. */
  get axisWidth(): number {
    return this.#chart.priceScale('right').width()
  }

  get lastBar(): LegendBar | undefined {
    return this.#last && this.#bars.get(this.#last[0])
  }

  pan(bars: number): void {
    const scale = this.#chart.timeScale()
    scale.scrollToPosition(scale.scrollPosition() + bars, false)
  }

  zoom(factor: number): void {
    const scale = this.#chart.timeScale()
    scale.applyOptions({ barSpacing: Math.min(50, Math.max(1, scale.options().barSpacing * factor)) })
  }

  destroy(): void {
    this.#chart.remove()
  }

  #drawLast(): void {
    if (!this.#last) return
    const [, open, , , close] = this.#last
    const color = Number(close) >= Number(open) ? this.#colors.up : this.#colors.down
    this.#lastLine.applyOptions({
      price: Number(close),
      color,
      axisLabelColor: color,
      lineVisible: true,
      axisLabelVisible: true,
    })
  }

  #remember(candle: Candle, again: boolean): LegendBar {
    const close = Number(candle[4])
    const bar = {
      candle,
      average20: this.#running[0].next(close, again),
      average50: this.#running[1].next(close, again),
    }
    this.#bars.set(candle[0], bar)
    return bar
  }

  #volumeBar(candle: Candle) {
    const color = Number(candle[4]) >= Number(candle[1]) ? this.#colors.upVolume : this.#colors.downVolume
    return { time: timeOf(candle), value: Number(candle[5]), color }
  }

  #barAt({ time }: MouseEventParams): LegendBar | undefined {
    return typeof time === 'number' ? this.#bars.get(time * 1_000) : undefined
  }

  #priceAt({ point }: MouseEventParams): number | undefined {
    return point === undefined ? undefined : (this.#candles.coordinateToPrice(point.y) ?? undefined)
  }
}

const LINE_STYLES = { order: LineStyle.Solid, waiting: LineStyle.Dashed, position: LineStyle.Dotted } as const

const timeOf = ([time]: Candle): UTCTimestamp => (time / 1_000) as UTCTimestamp

/** A drawing needs numbers; the exact strings stay in the bars. */
const candleBar = (candle: Candle) => ({
  time: timeOf(candle),
  open: Number(candle[1]),
  high: Number(candle[2]),
  low: Number(candle[3]),
  close: Number(candle[4]),
})
