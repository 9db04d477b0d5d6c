import { reachOf } from './book/reach.ts'
import type { Preview } from './command-result.ts'
import { feesOn, rateBps } from './ledger/fees.ts'
import { mayRest, reachingOf, rejectionOf, type Request } from './risk/rejection.ts'

/** What an order would do if it came now, to the cent; it changes nothing. */
export function previewOf(request: Request): Preview {
  const rejection = rejectionOf(request)
  if (rejection !== undefined) return { ok: false, rejection }
  const { command, portfolio, market } = request
  const { instrument, book, openOrders } = market
  const { centsPerTickLot, makerBps, takerBps } = instrument

  const reach = reachOf(book, reachingOf(request))
  const valueCents = reach.tickLots * centsPerTickLot
  const feeCentBps = valueCents * takerBps
  const feeCents = feesOn(feeCentBps)
  const restLots = mayRest(command) && !reach.isStopped ? command.lots - reach.lots : 0
  const restCents = command.limitTicks * restLots * centsPerTickLot
  const restFeeCents = feesOn(feeCentBps + restCents * makerBps) - feeCents
  const restHoldCents = restCents + feesOn(feeCentBps + restCents * rateBps(command, instrument)) - feeCents

  // Its own orders that it would cancel are on the other side: only a sale meets buys, which bind cash.
  const releasedCents = reach.canceled.reduce((sum, slot) => sum + (openOrders[slot]?.heldCents ?? 0), 0)
  const changeCents = command.side === 'buy' ? -valueCents - restHoldCents : valueCents
  const buyingPowerAfterCents = portfolio.buyingPowerCents + changeCents - feeCents + releasedCents
  return { ok: true, fills: reach.fills, valueCents, feeCents, restLots, restFeeCents, buyingPowerAfterCents }
}
