import { tick } from 'svelte'
import type { Scale } from '#lib/ticket/scale.ts'
import { type Chip, chipsAt, placed, type Spot } from './own/chips.ts'
import { gathered, unlabeledOf } from './own/gathered.ts'
import type { Drawing } from './drawings/drawing.ts'
import { gripsOf, type GrippedDrawing } from './drawings/drawing-grips.ts'
import type { PriceChart } from './price-chart.ts'

/** The current content of the overlay. */
export interface Overlaid {
  /** The element that canvas and overlay fill; undefined before it is on the page. */
  readonly host: HTMLElement | undefined
  readonly chips: readonly Chip[]
  /** The chip that is being dragged. */
  readonly movingId: string | undefined
  readonly drawings: readonly Drawing[]
  readonly scale: Scale
  /** Start of the newest bar. */
  readonly nowMs: number
}

/** Chips stay clear of the legend above and the axis below. */
const LEGEND_PX = 52
const CHIP_FOOT_PX = 14
/** Assumed width of the axis before it is drawn. */
const AXIS_PX = 56
const CHIP_GAP_PX = 8

/** Positions chips and grips over the canvas; they follow prices and bars one frame later, but their texts at once. */
export class Overlay {
  readonly chips = $derived.by(() => chipsAt([...this.#of.chips, ...this.#counting], this.#spots))
  /** Orders without a label on the price axis, because a chip counts them. */
  unlabeled = $state.raw<readonly string[]>([])
  gripped = $state.raw<readonly GrippedDrawing[]>([])
  /** Distance from the right edge to the end of the chips, in pixels. */
  right = $state(AXIS_PX + CHIP_GAP_PX)

  readonly #of: Overlaid
  #spots = $state.raw<readonly Spot[]>([])
  /** Chips that stand for several, as of the last placing. */
  #counting = $state.raw<readonly Chip[]>([])
  #chart: PriceChart | undefined
  #frame = 0

  /** @param of read on every access */
  constructor(of: Overlaid) {
    this.#of = of
  }

  /** @returns stops following */
  follow(chart: PriceChart): () => void {
    this.#chart = chart
    return () => {
      cancelAnimationFrame(this.#frame)
      this.#chart = undefined
    }
  }

  readonly soon = (): void => {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#place())
  }

  /** Focuses a drawing that was just created or selected. */
  async focusOn(drawingId: string): Promise<void> {
    await tick()
    this.#place()
    await tick()
    const grip = this.#of.host?.querySelector<HTMLElement>(`[data-drawing="${drawingId}"] [role=slider]`)
    grip?.focus({ preventScroll: true })
  }

  #place(): void {
    const chart = this.#chart
    const { host, chips, movingId, drawings, scale, nowMs } = this.#of
    if (!chart || !host) return
    this.right = chart.axisWidth + CHIP_GAP_PX
    const height = chart.priceHeight
    const edges = { top: LEGEND_PX, bottom: height - CHIP_FOOT_PX, decimals: scale.tick.decimals }
    const coordinateOf = (price: number) => chart.coordinateOf(price)
    const shown = gathered(chips, coordinateOf, { ...edges, scale, movingId })
    this.#counting = shown.filter(({ members }) => members !== undefined)
    this.#spots = placed(shown, coordinateOf, edges)
    // The chart is told of changes only, since it calls for another placing.
    const unlabeled = unlabeledOf(shown)
    if (unlabeled.join() !== this.unlabeled.join()) this.unlabeled = unlabeled
    const room = { width: host.clientWidth - chart.axisWidth, height }
    this.gripped = drawings
      .map((one) => gripsOf(one, (anchor) => chart.pointOf(anchor), { room, scale, nowMs }))
      .filter((one) => one !== undefined)
  }
}
