import { assert } from '../assert.ts'
import type { Side } from '../command.ts'
import type { InstrumentSpec } from '../instrument.ts'
import { feesOn, rateBps } from '../ledger/fees.ts'
import type { Market } from '../market.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import type { Order } from '../state.ts'

const BPS = 10_000

/** The fields of an order that determine its hold. */
export type HoldTerms = Pick<
  Order,
  'side' | 'type' | 'status' | 'limitTicks' | 'stopTicks' | 'postOnly' | 'reduceOnly' | 'feeCentBps' | 'feesPaidCents'
>

/** The properties of a market that determine holds. */
export interface HoldMarket {
  readonly book: { readonly maxTicks: number }
  readonly instrument: InstrumentSpec
}

/**
 * The cash in cents that these lots of an active order hold: docs/trading-rules.md, 4. Fills at that price or better
 * cost at most what they release, so it always suffices.
 */
export function holdOn(order: HoldTerms, lots: number, market: HoldMarket, stopTicks = order.stopTicks): number {
  if (order.side === 'sell' || order.reduceOnly || order.status === 'held') return 0
  const { instrument } = market
  const ticks = isPricedByTrigger(order) ? bandEndTicks(stopTicks, market) : order.limitTicks
  const restCents = ticks * lots * instrument.centsPerTickLot
  return restCents + feesOn(order.feeCentBps + restCents * rateBps(order, instrument)) - order.feesPaidCents
}

/** The trigger plus the price band: the worst price of a buy that it triggers. */
export const bandEndTicks = (stopTicks: number, { book, instrument }: HoldMarket): number =>
  Math.min(book.maxTicks, Math.ceil((stopTicks * (BPS + instrument.priceBandBps)) / BPS))

/** A stop or trailing stop has no limit, so its trigger determines its cost. */
export const isPricedByTrigger = ({ type }: Pick<Order, 'type'>): boolean => type === 'stop' || type === 'trailing_stop'

/** Updates the hold of an active order; call it whenever its lots, prices or place have changed. */
export function updateHold(order: OpenOrder): void {
  if (order.side === 'buy') setHold(order, holdOn(order, order.remainingLots, order.market, triggerOf(order)))
  updateHeldLots(order)
}

/** The trigger that determines a hold: for a trailing stop, the last reported one. */
const triggerOf = (order: OpenOrder): number =>
  order.type === 'trailing_stop' && order.status === 'untriggered' ? order.reportedStopTicks : order.stopTicks

/** Updates the lots that an active order holds of the position. */
export function updateHeldLots(order: OpenOrder): void {
  if (holdsLots(order)) setHeldLots(order, order.status === 'held' ? 0 : order.remainingLots)
  else if (order.heldLots > 0) setHeldLots(order, 0)
  if (!order.reduceOnly && order.portfolio.isMargin) setCountedLots(order, order.remainingLots)
  else if (order.countedLots > 0) setCountedLots(order, 0)
}

/** Releases everything that an order holds. */
export function release(order: OpenOrder): void {
  if (order.heldCents > 0) setHold(order, 0)
  if (order.heldLots > 0) setHeldLots(order, 0)
  if (order.countedLots > 0) setCountedLots(order, 0)
}

/** Lots by which an order of this side may reduce a position, held or not. */
export function reducibleLots(portfolio: Portfolio, market: Market, side: Side): number {
  const lots = portfolio.position(market)?.lots ?? 0
  return Math.max(0, side === 'sell' ? lots : -lots)
}

/** The same without what orders hold; an order that is being replaced does not count. */
export function freeLots(portfolio: Portfolio, market: Market, side: Side, replaced?: OpenOrder): number {
  const heldLots = portfolio.position(market)?.heldLots ?? 0
  return Math.max(0, reducibleLots(portfolio, market, side) - heldLots + (replaced?.heldLots ?? 0))
}

/** A cash account's sells hold lots; of a margin account's orders, only reduce-only ones do. */
const holdsLots = (order: OpenOrder): boolean =>
  order.reduceOnly || (order.side === 'sell' && !order.portfolio.isMargin)

function setHold(order: OpenOrder, heldCents: number): void {
  const { account } = order.portfolio
  account.heldCents += heldCents - order.heldCents
  order.heldCents = heldCents
  assert(Number.isSafeInteger(heldCents) && heldCents >= 0 && account.heldCents >= 0, 'no negative hold')
}

/** Orders that may increase a margin account's position use margin. */
function setCountedLots(order: OpenOrder, lots: number): void {
  order.portfolio.countOpenLots(order.market, order.side, lots - order.countedLots)
  order.countedLots = lots
}

/** Exits of one group hold once: the larger amount. */
function setHeldLots(order: OpenOrder, lots: number): void {
  if (lots === order.heldLots) return
  const position = order.portfolio.positionToChange(order.market)
  const group = order.role === undefined ? undefined : order.group
  const before = (group ?? order).heldLots
  order.heldLots = lots
  position.heldLots += (group ?? order).heldLots - before
  assert(position.heldLots >= 0, 'no negative hold on lots')
}
