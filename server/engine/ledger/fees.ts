import type { InstrumentSpec } from '../instrument.ts'
import type { Order } from '../state.ts'

const BPS = 10_000

/**
 * The whole fees of an order whose fills come to this sum of cents × basis points: rounded up once, on the running
 * total, so that many small fills cost no more than one.
 * @param feeCentBps 0 to 2^52: there a quotient of integers never rounds onto a wrong integer
 */
export const feesOn = (feeCentBps: number): number => Math.ceil(feeCentBps / BPS)

/** The fee, in cents, that a further fill of this value adds to what the order has paid. */
export const feeOnFill = (order: Order, valueCents: number, bps: number): number =>
  feesOn(order.feeCentBps + valueCents * bps) - order.feesPaidCents

/** The rate of what an order may yet fill: only one that may never take is sure of the maker's. */
export const rateBps = (order: { readonly postOnly: boolean }, instrument: InstrumentSpec): number =>
  order.postOnly ? instrument.makerBps : instrument.takerBps
