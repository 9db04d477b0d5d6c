/** A panel edge being moved: the panel's size and its limits. */
export interface Edge {
  readonly px: number
  readonly minPx: number
  readonly maxPx: number
}

/** One press of an arrow key. */
const STEP_PX = 16

/**
 * The panel's size after a key; undefined for other keys. The panel lies right of an upright edge and
 * below a lying one, so it grows to the left and upwards.
 */
export function sizeAfterKey(key: string, isUpright: boolean, edge: Edge): number | undefined {
  const [grows, shrinks] = isUpright ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown']
  switch (key) {
    case grows:
      return sizeWithin(edge.px + STEP_PX, edge)
    case shrinks:
      return sizeWithin(edge.px - STEP_PX, edge)
    case 'Home':
      return edge.minPx
    case 'End':
      return sizeWithin(edge.maxPx, edge)
    default:
      return undefined
  }
}

/** Whole pixels; where room is short the minimum takes precedence over the maximum. */
export const sizeWithin = (px: number, { minPx, maxPx }: Edge): number =>
  Math.round(Math.max(minPx, Math.min(maxPx, px)))
