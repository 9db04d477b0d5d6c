import type { Rejection } from '../state.ts'
import { exposedLots, freeMarginCents, initialOf, worseThanMarkCents } from './margin.ts'
import type { Request } from './request.ts'

/**
 * Whether an account can afford an order that increases its position or binds its money; the last of the refusals.
 * Plain numbers, since an order that rests is what comes most.
 * @param lots that may fill: all of it, of a market order what it would take
 * @param valueCents of these lots at the worst price: the limit, a market order's by walking the book, a stop's trigger
 * @param feeCents on that value
 * @param holdCents what a buy would bind, or a market buy pay: docs/trading-rules.md, 4; 0 for a sale
 */
export function fundsRejectionOf(
  request: Request,
  lots: number,
  valueCents: number,
  feeCents: number,
  holdCents: number,
): Rejection | undefined {
  if (request.portfolio.isMargin) return marginRejectionOf(request, lots, valueCents, feeCents)
  return request.command.side === 'sell' ? lotsRejectionOf(request) : cashRejectionOf(request, holdCents)
}

function lotsRejectionOf({ market, portfolio, lots, replaced }: Request): Rejection | undefined {
  const availableLots = portfolio.sellableLots(market) + (replaced?.boundLots ?? 0)
  return lots > availableLots ? { code: 'INSUFFICIENT_POSITION', requiredLots: lots, availableLots } : undefined
}

function cashRejectionOf({ portfolio, replaced }: Request, requiredCents: number): Rejection | undefined {
  const availableCents = portfolio.buyingPowerCents + (replaced?.heldCents ?? 0)
  return requiredCents > availableCents ? { code: 'INSUFFICIENT_FUNDS', requiredCents, availableCents } : undefined
}

/** What may make the position larger must be covered by what is free, however badly it fills: docs/trading-rules.md, 8. */
function marginRejectionOf(
  { command, market, portfolio, replaced }: Request,
  lots: number,
  valueCents: number,
  feeCents: number,
): Rejection | undefined {
  const isBuy = command.side === 'buy'
  const ownLots = replaced?.countedLots ?? 0
  const before = isBuy ? exposedLots(portfolio, market, -ownLots) : exposedLots(portfolio, market, 0, -ownLots)
  const after = isBuy
    ? exposedLots(portfolio, market, lots - ownLots)
    : exposedLots(portfolio, market, 0, lots - ownLots)
  if (!isBuy && portfolio.lots(market) - portfolio.openLots(market, 'sell') + ownLots < lots) {
    if (!market.instrument.shortable) return { code: 'SHORT_NOT_ALLOWED' }
    // What has no price yet cannot be owed.
    if (market.markMicroTicks === 0) return { code: 'INSUFFICIENT_MARGIN' }
  }
  if (after <= before) return undefined

  const ownCents = initialOf(market, exposedLots(portfolio, market)) - initialOf(market, before)
  const availableCents = freeMarginCents(portfolio) + ownCents
  const addedCents = initialOf(market, after) - initialOf(market, before)
  const requiredCents = addedCents + feeCents + worseThanMarkCents(market, lots, valueCents, isBuy)
  return requiredCents > availableCents ? { code: 'INSUFFICIENT_MARGIN', requiredCents, availableCents } : undefined
}
