import { assert } from '../assert.ts'
import type { InstrumentSpec } from '../instrument.ts'
import { feeOnFill, rateBps } from '../ledger/fees.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Order } from '../state.ts'

/**
 * The cash, in cents, that the rest of a buy binds: its value at the limit and the fee it could still add to the
 * running total. Fills at the limit or better pay at most what they release, so that it always suffices.
 */
export function holdOn(order: Order, instrument: InstrumentSpec): number {
  const restCents = order.limitTicks * (order.lots - order.filledLots) * instrument.centsPerTickLot
  return restCents + feeOnFill(order, restCents, rateBps(order, instrument))
}

/** Binds what an order needs as it takes its place in the book: cash for a buy, lots for a sale. */
export function bind(open: OpenOrder): void {
  if (open.side === 'buy') moveHold(open, holdOn(open, open.market.instrument))
  else bindLots(open, open.remainingLots)
}

/** Releases what a fill of a resting order no longer needs. */
export function releaseFilled(open: OpenOrder, filledLots: number): void {
  if (open.side === 'buy') moveHold(open, holdOn(open, open.market.instrument))
  else bindLots(open, -filledLots)
}

/** Releases all that the rest of a resting order binds. */
export function releaseRest(open: OpenOrder): void {
  if (open.side === 'buy') moveHold(open, 0)
  else bindLots(open, -open.remainingLots)
}

function moveHold(order: OpenOrder, heldCents: number): void {
  const { account } = order.portfolio
  account.heldCents += heldCents - order.heldCents
  order.heldCents = heldCents
  assert(Number.isSafeInteger(heldCents) && heldCents >= 0 && account.heldCents >= 0, 'no negative hold')
}

function bindLots(open: OpenOrder, lots: number): void {
  const position = open.portfolio.positionToChange(open.market)
  position.heldLots += lots
  assert(position.heldLots >= 0, 'no negative hold on lots')
}
