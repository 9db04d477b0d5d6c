import type { Rejection } from '../state.ts'
import { exposedLots, freeMarginCents, initialOf, worseThanMarkCents } from './margin.ts'
import type { Request } from './request.ts'

/**
 * Whether an account can afford an order that increases its position or holds its money; the last check before
 * acceptance. Plain numbers, because resting orders are the most frequent case.
 * @param lots that may fill: all of them, or for a market order those it would trade
 * @param valueCents of these lots at the worst price: the limit, the walk through the book for a market order, the
 * trigger for a stop
 * @param feeCents on that value
 * @param holdCents what a buy would hold, or a market buy pay: docs/trading-rules.md, 4; 0 for a sell
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
  const availableLots = portfolio.sellableLots(market) + (replaced?.heldLots ?? 0)
  return lots > availableLots ? { code: 'INSUFFICIENT_POSITION', requiredLots: lots, availableLots } : undefined
}

function cashRejectionOf({ portfolio, replaced }: Request, requiredCents: number): Rejection | undefined {
  const availableCents = portfolio.buyingPowerCents + (replaced?.heldCents ?? 0)
  return requiredCents > availableCents ? { code: 'INSUFFICIENT_FUNDS', requiredCents, availableCents } : undefined
}

/**
 * An order that may increase the position must be covered by free margin, however badly it fills:
 * docs/trading-rules.md, 8.
 */
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
    // Without a price nothing can be owed.
    if (market.markMicroTicks === 0) return { code: 'INSUFFICIENT_MARGIN' }
  }
  if (after <= before) return undefined

  const ownCents = initialOf(market, exposedLots(portfolio, market)) - initialOf(market, before)
  const availableCents = freeMarginCents(portfolio) + ownCents
  const addedCents = initialOf(market, after) - initialOf(market, before)
  const requiredCents = addedCents + feeCents + worseThanMarkCents(market, lots, valueCents, isBuy)
  return requiredCents > availableCents ? { code: 'INSUFFICIENT_MARGIN', requiredCents, availableCents } : undefined
}
