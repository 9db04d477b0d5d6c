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

/** How many pixels off the pointer may be. */
const END_PX = 9
const LINE_PX = 5

/** The drawing under a point, the newest first; at an end of a trend line, that end. */
export function hitOf(shapes: readonly Shape[], at: Point): Hit | undefined {
  for (const { drawing, from, to } of shapes.toReversed()) {
    const { id } = drawing
    if (drawing.kind === 'trend') {
      if (distance(at, to) <= END_PX) return { id, part: 'to' }
      if (distance(at, from) <= END_PX) return { id, part: 'from' }
    }
    if (distanceToLine(at, from, to) <= LINE_PX) return { id, part: 'line' }
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
