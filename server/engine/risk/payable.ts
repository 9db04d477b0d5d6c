import { feesOn } from '../ledger/fees.ts'
import type { OpenOrder } from '../open-order.ts'
import { reachIn } from './foresight.ts'

const BPS = 10_000

/** An amount of money for a taker's fills, whose fees are rounded up on the running total. */
export interface Budget {
  readonly cents: number
  readonly centsPerTickLot: number
  readonly feeBps: number
}

/**
 * The most lots, taken in this order, whose value and fee together do not exceed a budget.
 * @param fills ticks and lots by price, best first
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
      // The estimate ignores the rounding of the fee and of doubles, so it is off by a step or two.
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

/**
 * How many of the lots that it would trade an order without a limit can pay for now; all of them for a sell or a margin
 * account.
 */
export function payableLots(order: OpenOrder, worstTicks: number): number {
  const { side, portfolio, market, account: owner, selfTrade, remainingLots } = order
  if (side === 'sell' || portfolio.account.mode === 'margin') return remainingLots
  const { centsPerTickLot, takerBps: feeBps } = market.instrument
  const { fills } = reachIn(market, { side, lots: remainingLots, limitTicks: worstTicks, owner, selfTrade })
  return affordableLots(fills, { cents: portfolio.buyingPowerCents, centsPerTickLot, feeBps })
}
