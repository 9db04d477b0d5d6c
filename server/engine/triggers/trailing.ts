import type { Order } from '../state.ts'

const BPS = 10_000

/**
 * The trigger of a trailing stop with this high-water price: docs/trading-rules.md, 3.
 * @param maxTicks the highest price of the book
 */
export function trailedStopTicks(
  { side, trailTicks, trailBps }: Pick<Order, 'side' | 'trailTicks' | 'trailBps'>,
  highWaterTicks: number,
  maxTicks: number,
): number {
  const trail = trailTicks > 0 ? trailTicks : Math.max(1, Math.floor((highWaterTicks * trailBps) / BPS))
  return side === 'sell' ? Math.max(1, highWaterTicks - trail) : Math.min(maxTicks, highWaterTicks + trail)
}
