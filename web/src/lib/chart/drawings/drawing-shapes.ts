import type { Drawing, DrawingPart } from './drawing.ts'

/** Pixels from the left and the top of the price pane. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A drawing at its current position on screen. */
export interface Shape {
  readonly drawing: Drawing
  readonly from: Point
  readonly to: Point
}

/** The part of a drawing under the pointer. */
export interface Hit {
  readonly id: string
  readonly part: DrawingPart
}

/** What points at a drawing: a mouse or pen, or a finger. */
export type Aim = 'fine' | 'coarse'
/** How many pixels off it may be. */
const REACH: Readonly<Record<Aim, { readonly endPx: number; readonly linePx: number }>> = {
  fine: { endPx: 9, linePx: 5 },
  coarse: { endPx: 18, linePx: 16 },
}

/** The drawing under a point, the newest first; at an end of a trend line, that end. */
export function hitOf(shapes: readonly Shape[], at: Point, aim: Aim = 'fine'): Hit | undefined {
  const { endPx, linePx } = REACH[aim]
  for (const { drawing, from, to } of shapes.toReversed()) {
    const { id } = drawing
    if (drawing.kind === 'trend') {
      if (distance(at, to) <= endPx) return { id, part: 'to' }
      if (distance(at, from) <= endPx) return { id, part: 'from' }
    }
    if (distanceToLine(at, from, to) <= linePx) return { id, part: 'line' }
  }
  return undefined
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)

/** Distance from a point to a line segment. */
function distanceToLine(at: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const squared = dx * dx + dy * dy
  if (squared === 0) return distance(at, from)
  const along = Math.min(1, Math.max(0, ((at.x - from.x) * dx + (at.y - from.y) * dy) / squared))
  return distance(at, { x: from.x + along * dx, y: from.y + along * dy })
}
