/** A point of the chart: a moment and a price. */
export interface Anchor {
  readonly timeMs: number
  readonly ticks: number
}

/** A line across all times at one price. */
export interface HorizontalLine {
  readonly kind: 'horizontal'
  readonly id: string
  readonly ticks: number
}

/** A line from one point to another. */
export interface TrendLine {
  readonly kind: 'trend'
  readonly id: string
  readonly from: Anchor
  readonly to: Anchor
}

/** A drawing on the chart. It places no order. */
export type Drawing = HorizontalLine | TrendLine

/** The part being moved: the whole line, or one end. */
export type DrawingPart = 'line' | 'from' | 'to'

/** The drawing with a part of it moved, kept within valid prices and times. */
export function moved(drawing: Drawing, part: DrawingPart, by: Anchor): Drawing {
  if (drawing.kind === 'horizontal') return { ...drawing, ticks: Math.max(1, drawing.ticks + by.ticks) }
  const { from, to } = drawing
  if (part !== 'line') return { ...drawing, [part]: shifted(drawing[part], by) }
  // Limited by the end that reaches the edge first, so that the line keeps its slope.
  const held = {
    timeMs: Math.max(by.timeMs, -Math.min(from.timeMs, to.timeMs)),
    ticks: Math.max(by.ticks, 1 - Math.min(from.ticks, to.ticks)),
  }
  return { ...drawing, from: shifted(from, held), to: shifted(to, held) }
}

const shifted = (anchor: Anchor, by: Anchor): Anchor => ({
  timeMs: Math.max(0, anchor.timeMs + by.timeMs),
  ticks: Math.max(1, anchor.ticks + by.ticks),
})
