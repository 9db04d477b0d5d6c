import { assert } from './assert.ts'

/** An instrument's parameters in the engine; numbers are integers, because decimals are only used on the wire. */
export interface InstrumentSpec {
  readonly symbol: string
  /** What one lot is, as notes of the ledger say it: `share`, `1000 EUR`. */
  readonly lotName: string
  /** The value in cents of one lot at a price of one tick: a fill is worth exactly ticks × lots × this. */
  readonly centsPerTickLot: number
  /** The highest price that a book holds, in ticks. */
  readonly maxTicks: number
  readonly minLots: number
  readonly maxLots: number
  readonly minNotionalCents: number
  /** Fees in basis points of a fill's value, 0 or more. */
  readonly makerBps: number
  readonly takerBps: number
  /** How far from the mid price an aggressive order may trade, in basis points. */
  readonly priceBandBps: number
  /** Initial and maintenance margin, in basis points of a position's value. */
  readonly initialMarginBps: number
  readonly maintenanceMarginBps: number
  readonly shortable: boolean
  /** The yearly fee for borrowing lots sold short, in basis points of their value. */
  readonly borrowBps: number
}

/** Above this price, the arithmetic of the mark would exceed safe integers. */
const MAX_TICKS = 2 ** 22
/** The largest order: a book counts lots in 32 bits. */
export const LOTS_MAX = 2 ** 31 - 1
/** An order's fees in cents × basis points stay below this, so that dividing doubles gives the exact integer. */
const FEE_CENT_BPS_MAX = 2 ** 52
const BPS = 10_000

/** The highest price at which an instrument's largest order is still computed exactly. */
export function highestTicks({
  maxLots,
  centsPerTickLot,
  takerBps,
}: Pick<InstrumentSpec, 'maxLots' | 'centsPerTickLot' | 'takerBps'>): number {
  return Math.min(MAX_TICKS, Math.ceil(FEE_CENT_BPS_MAX / (maxLots * centsPerTickLot * Math.max(1, takerBps))) - 1)
}

/**
 * Checks the conditions of the engine's integer arithmetic.
 * @throws {AssertionError} naming the symbol and the condition
 */
export function checkInstrument(spec: InstrumentSpec): void {
  const { symbol, centsPerTickLot, maxTicks, minLots, maxLots, minNotionalCents, makerBps, takerBps, priceBandBps } =
    spec
  const { initialMarginBps, maintenanceMarginBps, borrowBps } = spec
  const isWhole = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max
  assert(symbol !== '' && symbol !== 'USD', 'a symbol that is not cash')
  assert(isWhole(maxTicks, 1, MAX_TICKS), `${symbol}: maxTicks from 1 to ${MAX_TICKS}`)
  assert(isWhole(minLots, 1, maxLots) && isWhole(maxLots, 1, LOTS_MAX), `${symbol}: lots from 1 to ${LOTS_MAX}`)
  assert(isWhole(centsPerTickLot, 1, LOTS_MAX), `${symbol}: whole cents per tick and lot`)
  assert(isWhole(minNotionalCents, 0, Number.MAX_SAFE_INTEGER), `${symbol}: a minNotional of 0 cents or more`)
  assert(isWhole(priceBandBps, 0, BPS), `${symbol}: a price band of 0 to ${BPS} bps`)
  assert(
    isWhole(initialMarginBps, 1, BPS) && isWhole(maintenanceMarginBps, 1, initialMarginBps),
    `${symbol}: margins of 1 ≤ maintenance ≤ initial ≤ ${BPS} bps`,
  )
  assert(isWhole(borrowBps, 0, BPS), `${symbol}: a borrow fee of 0 to ${BPS} bps`)
  assert(
    isWhole(makerBps, 0, takerBps) && isWhole(takerBps, 0, BPS),
    `${symbol}: fees of 0 ≤ maker ≤ taker ≤ ${BPS} bps`,
  )
  const largestCents = maxTicks * maxLots * centsPerTickLot
  assert(largestCents * Math.max(1, takerBps) < FEE_CENT_BPS_MAX, `${symbol}: the largest order stays exact`)
}
