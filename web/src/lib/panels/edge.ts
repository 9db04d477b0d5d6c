/** An edge of a panel that is moved: how large the panel is, and may be. */
export interface Edge {
  readonly px: number
  readonly minPx: number
  readonly maxPx: number
}

/** A press of an arrow. */
const STEP_PX = 16

/**
 * How large a key makes the panel; undefined for a key that is none of it. The panel lies right of an upright edge and
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

/** Whole pixels; where there is too little room the least goes before the most. */
export const sizeWithin = (px: number, { minPx, maxPx }: Edge): number =>
  Math.round(Math.max(minPx, Math.min(maxPx, px)))
