import type { Order } from '../state.ts'

/** Plain exact arithmetic: everything in bigint, with one named rounding. */

const MICRO_TICKS = 1_000_000n
const BPS = 10_000n

/** For a dividend of 0 or more. */
const ceilDivide = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor
/** Rounds half up by absolute value, so losses and gains are treated alike. For a positive divisor. */
export function roundDivide(dividend: bigint, divisor: bigint): bigint {
  const size = dividend < 0n ? -dividend : dividend
  const quotient = (2n * size + divisor) / (2n * divisor)
  return dividend < 0n ? -quotient : quotient
}

/** The value of lots at the mark, in cents. */
export const valueAtMark = (lots: number, markMicroTicks: number, centsPerTickLot: number): number =>
  Number(roundDivide(BigInt(lots) * BigInt(markMicroTicks) * BigInt(centsPerTickLot), MICRO_TICKS))

/** A fraction in basis points, rounded up to the cent. */
export const bpsUp = (cents: number, bps: number): number => Number(ceilDivide(BigInt(cents) * BigInt(bps), BPS))

/** The fee on a sum of cents × basis points, rounded up to the cent. */
export const feeOnCentBps = (centBps: number): number => Number(ceilDivide(BigInt(centBps), BPS))

/** `days` / 365 of a year's rate, rounded up to the cent. */
export const yearlyBpsUp = (cents: number, bps: number, days: number): number =>
  Number(ceilDivide(BigInt(cents) * BigInt(bps) * BigInt(days), BPS * 365n))

/** The price this many basis points away: below, rounded up to the next tick; above, rounded down. */
export const bandLow = (midHalfTicks: number, bps: number): number =>
  Number(ceilDivide(BigInt(midHalfTicks) * (BPS - BigInt(bps)), 2n * BPS))
export const bandHigh = (midHalfTicks: number, bps: number): number =>
  Number((BigInt(midHalfTicks) * (BPS + BigInt(bps))) / (2n * BPS))

/** The price for which a stop buy holds cash. */
export const stopBuyTicks = (stopTicks: number, bps: number): number =>
  Number(ceilDivide(BigInt(stopTicks) * (BPS + BigInt(bps)), BPS))

/** The part of a cost that closing these lots takes, rounded half up by absolute value. */
export const costShare = (costCents: number, closed: number, held: number): number =>
  Number(roundDivide(BigInt(costCents) * BigInt(closed), BigInt(held)))

/** × m ÷ n, with the named rounding. */
export const scaledDown = (value: number, m: number, n: number): number =>
  Number((BigInt(value) * BigInt(m)) / BigInt(n))
export const scaledUp = (value: number, m: number, n: number): number =>
  Number(ceilDivide(BigInt(value) * BigInt(m), BigInt(n)))
export const scaledHalfUp = (value: number, m: number, n: number): number =>
  Number(roundDivide(BigInt(value) * BigInt(m), BigInt(n)))

/** How much worse than at the mark a trade of this value would be, rounded up to the cent; 0 if it is better. */
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

/** The trigger of a trailing stop, given its high-water price. */
export function trailingStopTicks(
  { side, trailTicks, trailBps }: Pick<Order, 'side' | 'trailTicks' | 'trailBps'>,
  highWaterTicks: number,
  maxTicks: number,
): number {
  const trail = trailTicks > 0 ? trailTicks : Math.max(1, Math.floor((highWaterTicks * trailBps) / 10_000))
  return side === 'sell' ? Math.max(1, highWaterTicks - trail) : Math.min(maxTicks, highWaterTicks + trail)
}

/** The high-water price of a trailing stop loss that begins with a trigger: the loosest that is not looser than it. */
export function beginningTicks(order: Pick<Order, 'side' | 'trailTicks' | 'trailBps'>, stopTicks: number): number {
  const triggerAt = (ticks: number) => trailingStopTicks(order, ticks, Number.MAX_SAFE_INTEGER)
  let ticks = stopTicks
  if (order.side === 'sell') while (triggerAt(ticks) < stopTicks) ticks++
  else while (ticks > 1 && triggerAt(ticks) > stopTicks) ticks--
  return ticks
}

/** Cents, 0 or more, as money with two decimals. */
export function decimalMoney(cents: number): string {
  const digits = String(cents).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}
