import { markValueCents, MICRO_TICKS } from '../mark.ts'
import type { Market } from '../market.ts'
import type { Portfolio } from '../portfolio.ts'

/** The sums of docs/trading-rules.md, 8, in cents. They hold for accounts of both modes; only margin ones are bound by them. */

const BPS = 10_000

/** What a position of so many lots is worth at the mark. */
export const valueCentsOf = (market: Market, lots: number): number =>
  markValueCents(lots, market.markMicroTicks, market.instrument.centsPerTickLot)

/** How an account stands at the marks, in cents. A cash account binds no margin. */
export interface MarginFigures {
  /** Cash and the value of all positions. */
  readonly equityCents: number
  /** What the positions would bring, less what they cost. */
  readonly unrealizedCents: number
  /** What positions bind, and open orders if they filled. */
  readonly marginUsedCents: number
  /** What the positions alone bind. */
  readonly positionMarginCents: number
  /** Below this equity the account is liquidated. */
  readonly maintenanceCents: number
}

export function marginFiguresOf(portfolio: Portfolio): MarginFigures {
  const { isMargin } = portfolio
  let equityCents = portfolio.account.cashCents
  let [unrealizedCents, marginUsedCents, positionMarginCents, maintenanceCents] = [0, 0, 0, 0]
  for (const market of portfolio.markets) {
    const position = portfolio.position(market)
    const lots = position?.lots ?? 0
    const valueCents = valueCentsOf(market, lots)
    equityCents += valueCents
    unrealizedCents += valueCents - (position?.costCents ?? 0)
    if (!isMargin) continue
    marginUsedCents += initialOf(market, exposedLots(portfolio, market))
    positionMarginCents += initialOf(market, lots)
    maintenanceCents += maintenanceOf(market, lots)
  }
  return { equityCents, unrealizedCents, marginUsedCents, positionMarginCents, maintenanceCents }
}

/** What is left for further positions: a margin account's buying power. */
export function freeMarginCents(portfolio: Portfolio): number {
  const { equityCents, marginUsedCents } = marginFiguresOf(portfolio)
  return equityCents - marginUsedCents
}

/** The size that a position could come to if all open orders of one side filled, with so many lots more on a side. */
export function exposedLots(portfolio: Portfolio, market: Market, moreBuys = 0, moreSales = 0): number {
  const lots = portfolio.lots(market)
  const up = lots + portfolio.openLots(market, 'buy') + moreBuys
  const down = lots - portfolio.openLots(market, 'sell') - moreSales
  return Math.max(Math.abs(lots), Math.abs(up), Math.abs(down))
}

/** What a position of this size must bring in. */
export const initialOf = (market: Market, lots: number): number =>
  shareRoundedUp(Math.abs(valueCentsOf(market, lots)), market.instrument.initialMarginBps)

/** And what it must keep. */
export const maintenanceOf = (market: Market, lots: number): number =>
  shareRoundedUp(Math.abs(valueCentsOf(market, lots)), market.instrument.maintenanceMarginBps)

/** A position about to be: for the preview of an order. */
export interface ChangedPosition {
  readonly market: Market
  readonly lots: number
  readonly cashCents: number
}

/**
 * The price in whole ticks at which a margin account's position brings it below maintenance while all other marks stand
 * still: rounded to the side where it is met sooner. Undefined for a cash account, and where no price of the book does it.
 * @param changed looks at the account with another position and other cash
 */
export function liquidationTicks(portfolio: Portfolio, market: Market, changed?: ChangedPosition): number | undefined {
  const lots = changed?.lots ?? portfolio.lots(market)
  if (!portfolio.isMargin || lots === 0) return undefined
  // Equity at a price p is rest + lots × p × c, maintenance |lots| × p × c × bps: where the two meet is the price.
  let restCents = changed?.cashCents ?? portfolio.account.cashCents
  for (const other of portfolio.markets) {
    if (other === market) continue
    const otherLots = portfolio.lots(other)
    restCents += valueCentsOf(other, otherLots) - maintenanceOf(other, otherLots)
  }
  const { centsPerTickLot, maintenanceMarginBps } = market.instrument
  const centBpsPerTick =
    BigInt(Math.abs(lots) * centsPerTickLot) *
    BigInt(lots > 0 ? BPS - maintenanceMarginBps : BPS + maintenanceMarginBps)
  const restCentBps = BigInt(restCents) * BigInt(BPS)
  return lots > 0
    ? longLiquidation(-restCentBps, centBpsPerTick, market.book.maxTicks)
    : shortLiquidation(restCentBps, centBpsPerTick, market.book.maxTicks)
}

function longLiquidation(debt: bigint, perTick: bigint, maxTicks: number): number | undefined {
  if (debt <= 0n) return undefined
  if (perTick === 0n) return maxTicks
  return Math.min(maxTicks, Number((debt + perTick - 1n) / perTick))
}

function shortLiquidation(credit: bigint, perTick: bigint, maxTicks: number): number | undefined {
  const ticks = credit <= 0n ? 1 : Math.max(1, Number(credit / perTick))
  return ticks > maxTicks ? undefined : ticks
}

/** What so many lots at this sum of ticks × lots are worse than the mark, in cents, rounded up; 0 when they are better. */
export function worseThanMarkCents(market: Market, lots: number, valueCents: number, isBuy: boolean): number {
  const { centsPerTickLot } = market.instrument
  const markMicro = BigInt(lots) * BigInt(centsPerTickLot) * BigInt(market.markMicroTicks)
  const valueMicro = BigInt(valueCents) * BigInt(MICRO_TICKS)
  const worse = isBuy ? valueMicro - markMicro : markMicro - valueMicro
  return worse <= 0n ? 0 : Number((worse + BigInt(MICRO_TICKS) - 1n) / BigInt(MICRO_TICKS))
}

/** So many basis points of 0 cents or more, rounded up; exact: neither part of the product passes what a double holds. */
export function shareRoundedUp(cents: number, bps: number): number {
  const part = cents % BPS
  return ((cents - part) / BPS) * bps + Math.ceil((part * bps) / BPS)
}
