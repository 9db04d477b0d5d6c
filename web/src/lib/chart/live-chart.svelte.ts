import type { Fill } from '@valiant/shared/protocol/order'
import type { Scale } from '#lib/ticket/scale.ts'
import { grouped } from '#lib/ui/format.ts'
import type { CandleFeed } from './candle-feed.svelte.ts'
import { chartColors, onThemeChange } from './chart-colors.ts'
import type { ChartLook } from './chart-look.svelte.ts'
import type { Anchor } from './drawings/drawing.ts'
import type { Point } from './drawings/drawing-shapes.ts'
import { type LegendBar, legendOf } from './indicators/indicators.ts'
import type { Overlay } from './overlay.svelte.ts'
import { PriceChart } from './price-chart.ts'

/** The instrument shown, and the account's fills in it. */
export interface Charted {
  readonly feed: CandleFeed
  readonly scale: Scale
  readonly tickSize: string
  readonly fills: readonly Fill[]
  readonly isStale: boolean
}

interface Parts {
  readonly look: ChartLook
  readonly overlay: Overlay
  /** The crosshair has moved here; undefined when it has left the prices. */
  readonly onhover: (at: Point | undefined) => void
}

/** An instrument's chart on the page: drawn from its feed, with its newest bar and the bar under the crosshair. */
export class LiveChart {
  newest = $state.raw<LegendBar | undefined>()
  #hovered = $state.raw<LegendBar | undefined>()
  /** The crosshair's price in ticks. */
  #hoveredTicks: number | undefined
  #chart: PriceChart | undefined
  #canvas: HTMLElement | undefined
  readonly #of: Charted
  readonly #parts: Parts

  /** @param of read on every access */
  constructor(of: Charted, parts: Parts) {
    this.#of = of
    this.#parts = parts
    // The server rendered this; the chart updates it from here.
    this.newest = legendOf(of.feed.candles)
  }

  readonly #marks = $derived.by(() =>
    this.#of.fills.map(({ time, side, qty }) => ({ timeMs: time, side, lots: this.#of.scale.lots(qty) ?? 0 })),
  )

  /** Undefined while it is not on the page. */
  get chart(): PriceChart | undefined {
    return this.#chart
  }

  /** The bar under the crosshair, else the newest. */
  get bar(): LegendBar | undefined {
    return this.#hovered ?? this.newest
  }

  /** The crosshair's price in ticks. */
  get hoveredTicks(): number | undefined {
    return this.#hoveredTicks
  }

  readonly ticksAt = (y: number): number | undefined => {
    const price = this.#chart?.priceAt(y)
    return price === undefined ? undefined : Math.round(price / Number(this.#of.tickSize))
  }

  /** The time and tick under a pointer that holds a grip over the canvas. */
  readonly anchorOf = ({ clientX, clientY }: PointerEvent): Anchor | undefined => {
    const { left = 0, top = 0 } = this.#canvas?.getBoundingClientRect() ?? {}
    return this.#chart?.anchorAt({ x: clientX - left, y: clientY - top })
  }

  focus(): void {
    this.#canvas?.focus({ preventScroll: true })
  }

  /** Draws on an element what the feed has, and from then on what it gets. @returns removes the chart */
  drawOn(element: HTMLElement): () => void {
    const { feed, tickSize, isStale } = this.#of
    const { look, overlay } = this.#parts
    const chart = new PriceChart(
      element,
      { tickSize, style: look.style, colors: chartColors(element, isStale) },
      { onolder: () => void feed.older(), onhover: (bar, at) => this.#hover(bar, at), onmoved: overlay.soon },
    )
    this.#chart = chart
    this.#canvas = element
    const stopOverlay = overlay.follow(chart)
    feed.drawOn({
      replace: (candles, intervalMs, fit) => {
        chart.replace(candles, intervalMs, fit)
        this.newest = chart.lastBar
        this.markFills()
      },
      update: (candle) => {
        chart.update(candle)
        this.newest = chart.lastBar
      },
    })
    const stopTheme = onThemeChange(() => this.repaint(this.#of.isStale))
    return () => {
      stopTheme()
      stopOverlay()
      feed.drawOn(undefined)
      chart.destroy()
      this.#chart = undefined
    }
  }

  /** In the page's current colors, or in gray. */
  repaint(isGray: boolean): void {
    if (this.#canvas) this.#chart?.paint(chartColors(this.#canvas, isGray))
    this.markFills()
  }

  /** Marks the account's own fills. */
  markFills(): void {
    this.#chart?.marks(this.#marks, (lots) => grouped(this.#of.scale.qty(lots)))
  }

  #hover(bar: LegendBar | undefined, at: Point | undefined): void {
    this.#hovered = bar
    this.#hoveredTicks = at && this.ticksAt(at.y)
    this.#parts.onhover(at)
  }
}
