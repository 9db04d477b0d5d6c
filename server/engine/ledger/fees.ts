import type { InstrumentSpec } from '../instrument.ts'
import type { Order } from '../state.ts'

const BPS = 10_000

/**
 * The total fees of an order whose fills have this sum of cents × basis points. The running total is rounded up, so
 * that many small fills cost no more than one.
 * @param feeCentBps 0 to 2^52, where dividing doubles and rounding up is exact
 */
export const feesOn = (feeCentBps: number): number => Math.ceil(feeCentBps / BPS)

/** The fee in cents that a further fill of this value adds to what the order has paid. */
export const feeOnFill = (order: Order, valueCents: number, bps: number): number =>
  feesOn(order.feeCentBps + valueCents * bps) - order.feesPaidCents

/** The highest fee rate of an order's future fills: only a post-only order is certain to be a maker. */
export const rateBps = (order: { readonly postOnly: boolean }, instrument: InstrumentSpec): number =>
  order.postOnly ? instrument.makerBps : instrument.takerBps
