import type { PriceChart } from './price-chart.ts'

const PAN_BARS = 10
const ZOOM = 1.25

/** Handles a key on the focused canvas: arrows pan, plus and minus zoom, and a drawing that is being placed takes Enter and Escape. */
export function takeChartKey(
  event: KeyboardEvent,
  chart: Pick<PriceChart, 'pan' | 'zoom'> | undefined,
  placing: { readonly enter: () => void; readonly leave: () => void } | undefined,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const moves: Record<string, () => void> = {
    ArrowLeft: () => chart?.pan(-PAN_BARS),
    ArrowRight: () => chart?.pan(PAN_BARS),
    '+': () => chart?.zoom(ZOOM),
    '-': () => chart?.zoom(1 / ZOOM),
    ...(placing && { Enter: placing.enter, Escape: placing.leave }),
  }
  const move = moves[event.key]
  if (!move) return
  event.preventDefault()
  event.stopPropagation()
  move()
}
