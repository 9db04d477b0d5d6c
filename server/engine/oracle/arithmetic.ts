import type { Order } from '../state.ts'

/** Plain exact arithmetic: all in bigint, rounded once, by name. */

const MICRO_TICKS = 1_000_000n
const BPS = 10_000n

/** For a dividend of 0 or more. */
export const ceilDivide = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor
/** Half up of the size: the same for a loss as for a gain. For a positive divisor. */
export function roundDivide(dividend: bigint, divisor: bigint): bigint {
  const size = dividend < 0n ? -dividend : dividend
  const quotient = (2n * size + divisor) / (2n * divisor)
  return dividend < 0n ? -quotient : quotient
}

/** What lots are worth at the mark, in cents. */
export const valueAtMark = (lots: number, markMicroTicks: number, centsPerTickLot: number): number =>
  Number(roundDivide(BigInt(lots) * BigInt(markMicroTicks) * BigInt(centsPerTickLot), MICRO_TICKS))

/** A share in basis points, rounded up to the cent. */
export const bpsUp = (cents: number, bps: number): number => Number(ceilDivide(BigInt(cents) * BigInt(bps), BPS))

/** The fee on a sum of cents × basis points, rounded up to the cent. */
export const feeOnCentBps = (centBps: number): number => Number(ceilDivide(BigInt(centBps), BPS))

/** `days` 365ths of a year's rate, rounded up to the cent. */
export const yearlyBpsUp = (cents: number, bps: number, days: number): number =>
  Number(ceilDivide(BigInt(cents) * BigInt(bps) * BigInt(days), BPS * 365n))

/** A price as far away as so many basis points: below, up to the next tick; above, down to it. */
export const bandLow = (midHalfTicks: number, bps: number): number =>
  Number(ceilDivide(BigInt(midHalfTicks) * (BPS - BigInt(bps)), 2n * BPS))
export const bandHigh = (midHalfTicks: number, bps: number): number =>
  Number((BigInt(midHalfTicks) * (BPS + BigInt(bps))) / (2n * BPS))

/** The price that a stop buy is held at. */
export const stopBuyTicks = (stopTicks: number, bps: number): number =>
  Number(ceilDivide(BigInt(stopTicks) * (BPS + BigInt(bps)), BPS))

/** The share of a cost that so many of the held lots take, half up of the size. */
export const costShare = (costCents: number, closed: number, held: number): number =>
  Number(roundDivide(BigInt(costCents) * BigInt(closed), BigInt(held)))

/** × m ÷ n, by rounding. */
export const scaledDown = (value: number, m: number, n: number): number =>
  Number((BigInt(value) * BigInt(m)) / BigInt(n))
export const scaledUp = (value: number, m: number, n: number): number =>
  Number(ceilDivide(BigInt(value) * BigInt(m), BigInt(n)))
export const scaledHalfUp = (value: number, m: number, n: number): number =>
  Number(roundDivide(BigInt(value) * BigInt(m), BigInt(n)))

/** How much worse than at the mark a trade of this value would be, rounded up to the cent; 0 when it is better. */
export function worseCents(trade: {
  readonly side: 'buy' | 'sell'
  readonly lots: number
  readonly valueCents: number
  readonly markMicroTicks: number
  readonly centsPerTickLot: number
}): number {
  const value = BigInt(trade.valueCents) * MICRO_TICKS
  const atMark = BigInt(trade.lots) * BigInt(trade.markMicroTicks) * BigInt(trade.centsPerTickLot)
  const worse = trade.side === 'buy' ? value - atMark : atMark - value
  return worse > 0n ? Number(ceilDivide(worse, MICRO_TICKS)) : 0
}

/** The trigger of a trailing stop, from its water. */
export function trailingStopTicks(
  { side, trailTicks, trailBps }: Pick<Order, 'side' | 'trailTicks' | 'trailBps'>,
  highWaterTicks: number,
  maxTicks: number,
): number {
  const trail = trailTicks > 0 ? trailTicks : Math.max(1, Math.floor((highWaterTicks * trailBps) / 10_000))
  return side === 'sell' ? Math.max(1, highWaterTicks - trail) : Math.min(maxTicks, highWaterTicks + trail)
}
