import { feesOn } from '../ledger/fees.ts'
import type { OpenOrder } from '../open-order.ts'
import { reachIn } from './foresight.ts'

const BPS = 10_000

/** What so much money is for: fills of a taker, whose fees are rounded up on the running total. */
export interface Budget {
  readonly cents: number
  readonly centsPerTickLot: number
  readonly feeBps: number
}

/**
 * The most lots, taken in this order, whose value and fee together do not exceed a budget.
 * @param fills ticks and lots a price, best first
 */
export function affordableLots(
  fills: readonly (readonly [ticks: number, lots: number])[],
  { cents, centsPerTickLot, feeBps }: Budget,
): number {
  let lotsBefore = 0
  let centsBefore = 0
  for (const [ticks, lots] of fills) {
    const costOf = (more: number) => {
      const valueCents = centsBefore + more * ticks * centsPerTickLot
      return valueCents + feesOn(valueCents * feeBps)
    }
    if (costOf(lots) > cents) {
      // The estimate leaves the rounding of the fee out, and a double's: a step or two.
      const left = cents / (1 + feeBps / BPS) - centsBefore
      let more = Math.max(0, Math.min(lots - 1, Math.floor(left / (ticks * centsPerTickLot))))
      while (more > 0 && costOf(more) > cents) more--
      while (more + 1 < lots && costOf(more + 1) <= cents) more++
      return lotsBefore + more
    }
    lotsBefore += lots
    centsBefore += lots * ticks * centsPerTickLot
  }
  return lotsBefore
}

/** Lots that an order without a limit can pay for now, of those it would take; a sale, and a margin account's, all. */
export function payableLots(order: OpenOrder, worstTicks: number): number {
  const { side, portfolio, market, account: owner, selfTrade, remainingLots } = order
  if (side === 'sell' || portfolio.account.mode === 'margin') return remainingLots
  const { centsPerTickLot, takerBps: feeBps } = market.instrument
  const { fills } = reachIn(market, { side, lots: remainingLots, limitTicks: worstTicks, owner, selfTrade })
  return affordableLots(fills, { cents: portfolio.buyingPowerCents, centsPerTickLot, feeBps })
}
