import type { Candle } from '@valiant/shared/protocol/market-data'
import {
  CrosshairMode,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type Logical,
  type MouseEventParams,
} from 'lightweight-charts'
import { grouped } from '#lib/ui/format.ts'
import { logicalOf, timeAt } from './bar-times.ts'
import type { ChartColors } from './chart-colors.ts'
import type { ChartStyle } from './chart-look.ts'
import { ClockScale } from './clock-scale.ts'
import type { Anchor, Drawing } from './drawings/drawing.ts'
import type { Aim, Hit, Point } from './drawings/drawing-shapes.ts'
import { DrawingsPrimitive } from './drawings/drawings-primitive.ts'
import { barMarks, type OwnFill } from './own/fill-marks.ts'
import { Indicators, type LegendBar } from './indicators/indicators.ts'
import { paintPlain, plainChart } from './plain-chart.ts'
import { type OwnLine, PriceSeries } from './price-series.ts'
import { RsiPane } from './indicators/rsi-pane.ts'
import { secondOf, timeOf } from './series-time.ts'

export interface ChartHandlers {
  /** The view nears the left edge: older bars are needed. */
  onolder(): void
  /** The bar under the crosshair and its point in the price pane; undefined when it has left that. */
  onhover(bar: LegendBar | undefined, at: Point | undefined): void
  /** The coordinates of prices have changed. */
  onmoved(): void
}

const OLDER_WITHIN_BARS = 60
const DAY_MS = 86_400_000
const BAR_SPACING = 6.2
/** Free bars right of the last one, for the chips of own lines; fewer in a narrow chart. */
const RIGHT_OFFSET = 28
const RIGHT_PART_MAX = 0.22
/** Free parts of the height above and below the prices. */
const MARGINS = { top: 0.13, bottom: 0.15 }
/** What the two lines of the legend need. */
const LEGEND_PX = 54
const LEGEND_PART_MAX = 0.3

/** The drawing of one instrument's bars: price, volume, averages, RSI, own lines and fills, drawings. */
export class PriceChart {
  readonly #element: HTMLElement
  readonly #scale = new ClockScale()
  readonly #chart: IChartApi
  readonly #price: PriceSeries
  readonly #drawings: DrawingsPrimitive
  readonly #volume: ISeriesApi<'Histogram'>
  readonly #averages: readonly [ISeriesApi<'Line'>, ISeriesApi<'Line'>]
  readonly #rsi: RsiPane
  readonly #resized: ResizeObserver
  readonly #tick: number
  #indicators = new Indicators()
  #bars = new Map<number, LegendBar>()
  #timesMs: number[] = []
  #last: Candle | undefined
  #colors: ChartColors
  #intervalMs = 60_000

  constructor(
    element: HTMLElement,
    { tickSize, style, colors }: { tickSize: string; style: ChartStyle; colors: ChartColors },
    handlers: ChartHandlers,
  ) {
    this.#colors = colors
    this.#tick = Number(tickSize)
    const decimals = (tickSize.split('.')[1] ?? '').length
    const priceText = (price: number) => grouped(price.toFixed(decimals))
    this.#element = element
    // Before the chart's own observer, which draws at once: even the first frame of a new size is right.
    let width = element.clientWidth
    this.#resized = new ResizeObserver(() => {
      this.#clearLegend()
      // A hidden chart has no width and forgets its bar spacing.
      if (width === 0 && element.clientWidth > 0) {
        this.#chart.applyOptions({ timeScale: { rightOffset: rightOffsetAt(element.clientWidth) } })
        this.#chart.timeScale().resetTimeScale()
      }
      width = element.clientWidth
    })
    this.#resized.observe(element)
    this.#chart = plainChart(
      element,
      {
        rightPriceScale: { borderVisible: false, scaleMargins: MARGINS, minimumWidth: 60 },
        timeScale: {
          borderVisible: false,
          rightOffset: rightOffsetAt(width),
          barSpacing: BAR_SPACING,
          timeVisible: true,
          secondsVisible: false,
        },
        crosshair: { mode: CrosshairMode.Normal },
        // A vertical swipe scrolls the page, even over the chart.
        handleScroll: { vertTouchDrag: false },
      },
      this.#scale,
    )
    // The axis halves its steps down to this one: from a tick of 0.00005 it would come to labels such as 1.07562.
    const minMove = Math.max(1, this.#tick) * 10 ** -decimals
    const format = { type: 'custom' as const, minMove, formatter: priceText }
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
        priceFormat: format,
      })
    this.#averages = [average(), average()]
    this.#drawings = new DrawingsPrimitive(
      {
        pointOf: (anchor) => this.pointOf(anchor),
        heightOf: (ticks) => this.coordinateOf(ticks * this.#tick),
        width: () => this.#chart.timeScale().width(),
        priceText: (ticks) => priceText(ticks * this.#tick),
      },
      colors,
    )
    this.#price = new PriceSeries(this.#chart, { style, colors, format }, [
      this.#drawings,
      { updateAllViews: () => handlers.onmoved() },
    ])
    this.#rsi = new RsiPane(this.#chart, element)
    this.#chart.subscribeCrosshairMove((event) => handlers.onhover(this.#barAt(event), pricePoint(event)))
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && range.from < OLDER_WITHIN_BARS && this.#bars.size > 0) handlers.onolder()
    })
    this.paint(colors)
  }

  paint(colors: ChartColors): void {
    this.#colors = colors
    paintPlain(this.#chart, colors)
    this.#price.paint(colors)
    this.#drawings.paint(colors)
    this.#averages[0].applyOptions({ color: colors.average1 })
    this.#averages[1].applyOptions({
      color: colors.average2,
      lineStyle: colors.isBlueOrange ? LineStyle.Dashed : LineStyle.Solid,
    })
    this.#rsi.paint(colors)
    this.#volume.setData([...this.#bars.values()].map(({ candle }) => this.#volumeBar(candle)))
  }

  /** Replaces all bars: another interval, an older page, or after a gap. The view stays unless `fit`. */
  replace(candles: readonly Candle[], intervalMs: number, fit: boolean): void {
    this.#intervalMs = intervalMs
    this.#scale.hasDays = intervalMs >= DAY_MS
    this.#indicators = new Indicators()
    this.#bars = new Map()
    this.#timesMs = []
    const bars = candles.map((candle) => this.#remember(candle, false))
    this.#last = candles.at(-1)
    this.#chart.timeScale().applyOptions({ secondsVisible: intervalMs < 60_000 })
    this.#price.replace(candles)
    this.#volume.setData(candles.map((candle) => this.#volumeBar(candle)))
    this.#averages[0].setData(bars.map(({ candle, average20 }) => ({ time: timeOf(candle), value: average20 })))
    this.#averages[1].setData(bars.map(({ candle, average50 }) => ({ time: timeOf(candle), value: average50 })))
    this.#rsi.replace(bars)
    if (fit) {
      this.#chart.priceScale('right').applyOptions({ autoScale: true })
      this.#chart.timeScale().resetTimeScale()
    }
  }

  /** Updates the forming bar or adds the next one. */
  update(candle: Candle): void {
    if (this.#last && candle[0] < this.#last[0]) return
    const bar = this.#remember(candle, candle[0] === this.#last?.[0])
    this.#last = candle
    const time = timeOf(candle)
    this.#price.update(candle)
    this.#volume.update(this.#volumeBar(candle))
    this.#averages[0].update({ time, value: bar.average20 })
    this.#averages[1].update({ time, value: bar.average50 })
    this.#rsi.update(bar)
  }

  /** Changes how the bars are drawn; the view stays. */
  look({ style, hasAverages, hasRsi }: { style: ChartStyle; hasAverages: boolean; hasRsi: boolean }): void {
    this.#price.become(
      style,
      [...this.#bars.values()].map(({ candle }) => candle),
    )
    for (const average of this.#averages) average.applyOptions({ visible: hasAverages })
    if (hasRsi === this.#rsi.isShown) return
    if (hasRsi) this.#rsi.show(this.#bars.values(), this.#colors)
    else this.#rsi.hide()
    this.#clearLegend()
  }

  lines(lines: readonly OwnLine[]): void {
    this.#price.lines(lines)
  }

  /** @param isOpen whether they can be taken with the pointer */
  drawings(drawings: readonly Drawing[], selected: string | undefined, isOpen: boolean): void {
    this.#drawings.show(drawings, selected, isOpen)
  }

  /** Marks the account's own fills. */
  marks(fills: readonly OwnFill[], qtyText: (lots: number) => string): void {
    const first = this.#timesMs[0] ?? Infinity
    this.#price.marks(
      barMarks(fills, this.#intervalMs)
        .filter(({ startMs }) => startMs >= first)
        .map(({ startMs, side, lots }) => ({
          time: secondOf(startMs),
          position: side === 'buy' ? ('belowBar' as const) : ('aboveBar' as const),
          shape: side === 'buy' ? ('arrowUp' as const) : ('arrowDown' as const),
          color: this.#colors.you,
          text: `${side === 'buy' ? 'B' : 'S'} ${qtyText(lots)}`,
        })),
    )
  }

  /** Pixels from the top; undefined before the first drawing. */
  coordinateOf(price: number): number | undefined {
    return this.#price.coordinateOf(price)
  }

  /** The price at a height; undefined before the first drawing. */
  priceAt(y: number): number | undefined {
    return this.#price.priceAt(y)
  }

  pointOf({ timeMs, ticks }: Anchor): Point | undefined {
    if (this.#timesMs.length === 0) return undefined
    const logical = logicalOf(this.#timesMs, timeMs, this.#intervalMs)
    const x = this.#chart.timeScale().logicalToCoordinate(logical as Logical)
    const y = this.coordinateOf(ticks * this.#tick)
    return x === null || y === undefined ? undefined : { x, y }
  }

  /** The time and tick at a point, even beyond the bars. */
  anchorAt({ x, y }: Point): Anchor | undefined {
    const logical = this.#chart.timeScale().coordinateToLogical(x)
    const price = this.priceAt(y)
    if (logical === null || price === undefined) return undefined
    return { timeMs: timeAt(this.#timesMs, logical, this.#intervalMs), ticks: Math.round(price / this.#tick) }
  }

  /** Whether a point is in the price pane, not on an axis or in the pane below. */
  hasPrices({ x, y }: Point): boolean {
    return x <= this.#chart.timeScale().width() && y <= this.priceHeight
  }

  /** The drawing under a point. */
  hit(at: Point, aim: Aim): Hit | undefined {
    return this.hasPrices(at) ? this.#drawings.hit(at, aim) : undefined
  }

  /** Width of the axis at the right, where chips end. */
  get axisWidth(): number {
    return this.#chart.priceScale('right').width()
  }

  /** Height of the price pane, in pixels from the top. */
  get priceHeight(): number {
    return this.#chart.panes()[0]?.getHeight() ?? 0
  }

  get lastBar(): LegendBar | undefined {
    return this.#last && this.#bars.get(this.#last[0])
  }

  /** From the close `bars` bars before the last one to the last close. */
  closesOver(bars: number): { readonly from: Anchor; readonly to: Anchor } | undefined {
    const [first, last] = [
      this.#closeAt(this.#timesMs.at(-1 - bars) ?? this.#timesMs[0]),
      this.#closeAt(this.#last?.[0]),
    ]
    return first && last && { from: first, to: last }
  }

  pan(bars: number): void {
    const scale = this.#chart.timeScale()
    scale.scrollToPosition(scale.scrollPosition() + bars, false)
  }

  zoom(factor: number): void {
    const scale = this.#chart.timeScale()
    scale.applyOptions({ barSpacing: Math.min(50, Math.max(1, scale.options().barSpacing * factor)) })
  }

  /** The current chart on a canvas at the screen's resolution, without a background. */
  picture(): HTMLCanvasElement {
    return this.#chart.takeScreenshot(true)
  }

  destroy(): void {
    this.#resized.disconnect()
    this.#rsi.destroy()
    this.#chart.remove()
  }

  /** Bars and marks of a low chart stay below the legend, too. */
  #clearLegend(): void {
    const height = this.#element.clientHeight - this.#chart.timeScale().height() - this.#rsi.height
    const top = Math.max(MARGINS.top, Math.min(LEGEND_PART_MAX, LEGEND_PX / Math.max(1, height)))
    this.#chart.priceScale('right').applyOptions({ scaleMargins: { ...MARGINS, top } })
  }

  #remember(candle: Candle, again: boolean): LegendBar {
    const bar = this.#indicators.next(candle, again)
    this.#bars.set(candle[0], bar)
    if (!again) this.#timesMs.push(candle[0])
    return bar
  }

  #closeAt(timeMs: number | undefined): Anchor | undefined {
    const bar = timeMs === undefined ? undefined : this.#bars.get(timeMs)
    return bar && { timeMs: bar.candle[0], ticks: Math.round(Number(bar.candle[4]) / this.#tick) }
  }

  #volumeBar(candle: Candle) {
    const color = Number(candle[4]) >= Number(candle[1]) ? this.#colors.upVolume : this.#colors.downVolume
    return { time: timeOf(candle), value: Number(candle[5]), color }
  }

  #barAt({ time }: MouseEventParams): LegendBar | undefined {
    return typeof time === 'number' ? this.#bars.get(time * 1_000) : undefined
  }
}

const rightOffsetAt = (width: number): number =>
  Math.min(RIGHT_OFFSET, Math.round((RIGHT_PART_MAX * width) / BAR_SPACING))

/** The position of the pointer, if it is in the price pane. */
const pricePoint = ({ point, paneIndex }: MouseEventParams): Point | undefined => (paneIndex === 0 ? point : undefined)
