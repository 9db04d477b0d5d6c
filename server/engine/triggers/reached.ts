import type { Side } from '../command.ts'

/** Whether a price in half ticks has reached a trigger; 0 means no price. */
export const isReached = (side: Side, stopTicks: number, halfTicks: number): boolean =>
  halfTicks > 0 && (side === 'buy' ? halfTicks >= 2 * stopTicks : halfTicks <= 2 * stopTicks)
