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

/**
 * The high-water price at which a trail begins whose first trigger is given: for a sale the lowest with a trigger at or
 * above it, for a buy the highest with one at or below it.
 */
export function firstHighWaterTicks({ side, trailBps }: Pick<Order, 'side' | 'trailBps'>, stopTicks: number): number {
  const triggerAt = (ticks: number) => trailedStopTicks({ side, trailTicks: 0, trailBps }, ticks, Infinity)
  const isTight = (ticks: number) => (side === 'sell' ? triggerAt(ticks) >= stopTicks : triggerAt(ticks) > stopTicks)
  // The lowest price that is tight, or too tight for a buy: triggers rise with it.
  let low = 1
  let high = side === 'sell' ? Math.ceil((stopTicks * BPS) / (BPS - trailBps)) + 1 : stopTicks + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (isTight(middle)) high = middle
    else low = middle + 1
  }
  return side === 'sell' ? low : Math.max(1, low - 1)
}

/** The high-water price that gives the tighter trigger; 0 is none. */
export function tighterTicks(side: Order['side'], one: number, other: number): number {
  if (one === 0 || other === 0) return one + other
  return side === 'sell' ? Math.max(one, other) : Math.min(one, other)
}
