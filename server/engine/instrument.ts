import { assert } from './assert.ts'

/** What the engine must know of an instrument; all integers. Decimals belong to the wire. */
export interface InstrumentSpec {
  readonly symbol: string
  /** The value in cents of one lot at a price of one tick: a fill is worth ticks × lots × this, exactly. */
  readonly centsPerTickLot: number
  /** The highest price a book holds, in ticks. */
  readonly maxTicks: number
  readonly minLots: number
  readonly maxLots: number
  readonly minNotionalCents: number
  /** Fees in basis points of a fill's value, 0 or more. */
  readonly makerBps: number
  readonly takerBps: number
  /** How far from the middle of the market an aggressive price may reach, in basis points. */
  readonly priceBandBps: number
  /** Margin that a position binds, and below which it is liquidated, in basis points of its value. */
  readonly initialMarginBps: number
  readonly maintenanceMarginBps: number
  readonly shortable: boolean
  /** The fee for borrowing what is sold short, in basis points of its value a year. */
  readonly borrowBps: number
}

/** Prices above this would let the mark's arithmetic pass what a double holds exactly. */
const MAX_TICKS = 2 ** 22
/** Of one order: a book counts its lots in 32 bits. */
export const LOTS_MAX = 2 ** 31 - 1
/** An order's fees in cents × basis points stay below this, so that their quotients round to the right integer. */
const FEE_CENT_BPS_MAX = 2 ** 52
const BPS = 10_000

/** The highest price at which the largest order of an instrument is still counted exactly. */
export function highestTicks({
  maxLots,
  centsPerTickLot,
  takerBps,
}: Pick<InstrumentSpec, 'maxLots' | 'centsPerTickLot' | 'takerBps'>): number {
  return Math.min(MAX_TICKS, Math.ceil(FEE_CENT_BPS_MAX / (maxLots * centsPerTickLot * Math.max(1, takerBps))) - 1)
}

/**
 * Holds what the engine's integer arithmetic rests on.
 * @throws {AssertionError} naming the symbol and the bound
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
