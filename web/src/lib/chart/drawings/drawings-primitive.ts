import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  ISeriesPrimitiveAxisView,
  PrimitiveHoveredItem,
  SeriesAttachedParameter,
} from 'lightweight-charts'
import type { ChartColors } from '../chart-colors.ts'
import type { Anchor, Drawing } from './drawing.ts'
import { type Aim, type Hit, hitOf, type Point, type Shape } from './drawing-shapes.ts'

/** Chart coordinates; undefined before its first paint. */
export interface Surface {
  pointOf(anchor: Anchor): Point | undefined
  heightOf(ticks: number): number | undefined
  width(): number
  priceText(ticks: number): string
}

/** Draws the drawings over the bars, paler than order lines and with a gray price label: they place no order. */
export class DrawingsPrimitive implements ISeriesPrimitive {
  readonly #surface: Surface
  readonly #views: readonly IPrimitivePaneView[]
  #drawings: readonly Drawing[] = []
  #selected: string | undefined
  #colors: ChartColors
  /** Whether lines take the pointer: not while one is being placed. */
  #isOpen = true
  #shapes: readonly Shape[] = []
  #labels: readonly ISeriesPrimitiveAxisView[] = []
  #update: (() => void) | undefined

  constructor(surface: Surface, colors: ChartColors) {
    this.#surface = surface
    this.#colors = colors
    const renderer: IPrimitivePaneRenderer = {
      draw: (target) =>
        target.useBitmapCoordinateSpace(({ context, horizontalPixelRatio, verticalPixelRatio }) => {
          for (const { drawing, from, to } of this.#shapes) {
            const isSelected = drawing.id === this.#selected
            const width = Math.max(1, Math.floor(verticalPixelRatio)) * (isSelected ? 2 : 1)
            // A line between two pixel rows would be drawn as two pale ones.
            const sharp = (y: number) =>
              drawing.kind === 'horizontal'
                ? Math.round(y * verticalPixelRatio) + (width % 2) / 2
                : y * verticalPixelRatio
            context.globalAlpha = isSelected ? 1 : PALE
            context.strokeStyle = this.#colors.drawn
            context.lineWidth = width
            context.beginPath()
            context.moveTo(from.x * horizontalPixelRatio, sharp(from.y))
            context.lineTo(to.x * horizontalPixelRatio, sharp(to.y))
            context.stroke()
          }
          context.globalAlpha = 1
        }),
    }
    this.#views = [{ zOrder: () => 'top', renderer: () => renderer }]
  }

  attached({ requestUpdate }: SeriesAttachedParameter): void {
    this.#update = requestUpdate
  }

  detached(): void {
    this.#update = undefined
  }

  show(drawings: readonly Drawing[], selected: string | undefined, isOpen: boolean): void {
    this.#drawings = drawings
    this.#selected = selected
    this.#isOpen = isOpen
    this.#update?.()
  }

  paint(colors: ChartColors): void {
    this.#colors = colors
    this.#update?.()
  }

  hit(at: Point, aim: Aim = 'fine'): Hit | undefined {
    return this.#isOpen ? hitOf(this.#shapes, at, aim) : undefined
  }

  updateAllViews(): void {
    this.#shapes = this.#drawings.map((drawing) => this.#shapeOf(drawing)).filter((shape) => shape !== undefined)
    this.#labels = this.#shapes.flatMap(({ drawing, from }) =>
      drawing.kind === 'horizontal' ? [this.#label(drawing.ticks, from.y)] : [],
    )
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views
  }

  priceAxisViews(): readonly ISeriesPrimitiveAxisView[] {
    return this.#labels
  }

  hitTest(x: number, y: number): PrimitiveHoveredItem | null {
    const hit = this.hit({ x, y })
    return hit ? { externalId: hit.id, cursorStyle: hit.part === 'line' ? 'grab' : 'crosshair', zOrder: 'top' } : null
  }

  #shapeOf(drawing: Drawing): Shape | undefined {
    if (drawing.kind === 'horizontal') {
      const y = this.#surface.heightOf(drawing.ticks)
      return y === undefined ? undefined : { drawing, from: { x: 0, y }, to: { x: this.#surface.width(), y } }
    }
    const [from, to] = [this.#surface.pointOf(drawing.from), this.#surface.pointOf(drawing.to)]
    return from && to && { drawing, from, to }
  }

  #label(ticks: number, y: number): ISeriesPrimitiveAxisView {
    return {
      coordinate: () => y,
      text: () => this.#surface.priceText(ticks),
      textColor: () => this.#colors.ink,
      backColor: () => this.#colors.label,
    }
  }
}

const PALE = 0.65
