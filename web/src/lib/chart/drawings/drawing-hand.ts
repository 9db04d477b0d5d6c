import type { Anchor } from './drawing.ts'
import type { Aim, Hit, Point } from './drawing-shapes.ts'
import type { Drawings } from './drawings.svelte.ts'

/** The parts of the chart that the pointer uses. */
export interface DrawnChart {
  hasPrices(at: Point): boolean
  anchorAt(at: Point): Anchor | undefined
  hit(at: Point, aim: Aim): Hit | undefined
}

type CanvasPointer = PointerEvent & { currentTarget: HTMLElement }

/** How far a press may move and still be a click. */
const PRESS_PX: Readonly<Record<Aim, number>> = { fine: 5, coarse: 12 }

/**
 * The pointer over the chart: places, selects and drags drawings. The mouse drags a line itself; a finger selects it and
 * drags its grips, since over the canvas it scrolls the chart.
 */
export class DrawingHand {
  readonly #drawings: Drawings
  readonly #chart: () => DrawnChart | undefined
  readonly #onpick: (id: string) => void
  /** Where the pointer went down without taking a drawing. */
  #downAt: Point | undefined

  /** @param onpick called when a drawing was created or selected, and takes the focus */
  constructor(drawings: Drawings, chart: () => DrawnChart | undefined, onpick: (id: string) => void) {
    this.#drawings = drawings
    this.#chart = chart
    this.#onpick = onpick
  }

  down(event: CanvasPointer): void {
    if (event.button !== 0) return
    const at = pointOf(event)
    this.#downAt = at
    const [hit, anchor] = [this.#chart()?.hit(at, aimOf(event)), this.#chart()?.anchorAt(at)]
    if (!hit || !anchor || event.pointerType !== 'mouse') return
    this.#downAt = undefined
    // Otherwise the chart would scroll.
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    this.#drawings.take(hit.id, hit.part, anchor)
    this.#onpick(hit.id)
  }

  move(event: CanvasPointer): void {
    const isHeld = event.currentTarget.hasPointerCapture(event.pointerId)
    const at = isHeld ? this.#chart()?.anchorAt(pointOf(event)) : undefined
    if (at) this.#drawings.drag(at)
  }

  /** The chart's own click event would omit the second of two clicks within half a second, wherever it was. */
  up(event: CanvasPointer): void {
    const at = pointOf(event)
    const aim = aimOf(event)
    if (this.#downAt && Math.hypot(at.x - this.#downAt.x, at.y - this.#downAt.y) < PRESS_PX[aim]) this.#press(at, aim)
    this.#downAt = undefined
    this.#drawings.drop()
  }

  cancel(): void {
    this.#downAt = undefined
    this.#drawings.back()
  }

  /** The crosshair has moved here. */
  hover(at: Point): void {
    const anchor = this.#drawings.placing && this.#chart()?.anchorAt(at)
    if (anchor) this.#drawings.aim(anchor)
  }

  #press(at: Point, aim: Aim): void {
    const chart = this.#chart()
    if (!chart?.hasPrices(at)) return
    if (this.#drawings.placing) {
      const anchor = chart.anchorAt(at)
      const made = anchor && this.#drawings.place(anchor)
      if (made !== undefined) this.#onpick(made)
      return
    }
    const hit = chart.hit(at, aim)
    this.#drawings.select(hit?.id)
    if (hit) this.#onpick(hit.id)
  }
}

const aimOf = ({ pointerType }: PointerEvent): Aim => (pointerType === 'touch' ? 'coarse' : 'fine')

function pointOf({ clientX, clientY, currentTarget }: CanvasPointer): Point {
  const { left, top } = currentTarget.getBoundingClientRect()
  return { x: clientX - left, y: clientY - top }
}
