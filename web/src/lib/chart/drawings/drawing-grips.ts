import { grouped, moment } from '#lib/ui/format.ts'
import type { Scale } from '#lib/ticket/scale.ts'
import type { Anchor, Drawing, DrawingPart } from './drawing.ts'
import type { Point } from './drawing-shapes.ts'

/** The handle of a drawing for pointer and keys. */
export interface Grip extends Point {
  readonly part: DrawingPart
  readonly label: string
  /** Its position in words. */
  readonly value: string
  readonly price: number
}

/** A drawing's grips; the first one moves all of it. */
export interface GrippedDrawing {
  readonly drawing: Drawing
  readonly grips: readonly [Grip, ...Grip[]]
}

/** The pane that grips stay within, in pixels. */
export interface GripRoom {
  readonly width: number
  readonly height: number
}

/** Where the grip of a horizontal line is: left of the newest bars. */
const HORIZONTAL_X = 40
const EDGE_PX = 10

/**
 * Places the grips of a drawing; those out of sight stick to the nearest edge. Undefined before the chart's first paint.
 * @param pointOf pixels of an anchor
 */
export function gripsOf(
  drawing: Drawing,
  pointOf: (anchor: Anchor) => Point | undefined,
  { room, scale, nowMs }: { room: GripRoom; scale: Scale; nowMs: number },
): GrippedDrawing | undefined {
  const within = ({ x, y }: Point): Point => ({
    x: Math.min(room.width - EDGE_PX, Math.max(EDGE_PX, x)),
    y: Math.min(room.height - EDGE_PX, Math.max(EDGE_PX, y)),
  })
  const priceOf = (ticks: number) => grouped(scale.price(ticks))
  const wordsOf = ({ timeMs, ticks }: Anchor) => `${priceOf(ticks)} at ${moment(timeMs, nowMs)}`

  if (drawing.kind === 'horizontal') {
    const { ticks } = drawing
    const at = pointOf({ timeMs: nowMs, ticks })
    if (!at) return undefined
    const value = priceOf(ticks)
    return {
      drawing,
      grips: [
        {
          ...within({ x: HORIZONTAL_X, y: at.y }),
          part: 'line',
          label: 'Horizontal line',
          value,
          price: Number(scale.price(ticks)),
        },
      ],
    }
  }
  const [from, to] = [pointOf(drawing.from), pointOf(drawing.to)]
  if (!from || !to) return undefined
  const end = (part: 'from' | 'to', at: Point): Grip => ({
    ...within(at),
    part,
    label: part === 'from' ? 'Start of the trend line' : 'End of the trend line',
    value: wordsOf(drawing[part]),
    price: Number(scale.price(drawing[part].ticks)),
  })
  const middle: Grip = {
    ...within({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }),
    part: 'line',
    label: 'Trend line',
    value: `${wordsOf(drawing.from)} to ${wordsOf(drawing.to)}`,
    price: Number(scale.price(drawing.from.ticks)),
  }
  return { drawing, grips: [middle, end('from', from), end('to', to)] }
}
