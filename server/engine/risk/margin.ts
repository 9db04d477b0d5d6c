import { markValueCents, MICRO_TICKS } from '../mark.ts'
import type { Market } from '../market.ts'
import type { Portfolio } from '../portfolio.ts'

/**
 * The formulas of docs/trading-rules.md, 8, in cents. They can be computed for both modes, but only restrict margin
 * accounts.
 */

const BPS = 10_000

/** The value of a position of this size at the mark. */
export const valueCentsOf = (market: Market, lots: number): number =>
  markValueCents(lots, market.markMicroTicks, market.instrument.centsPerTickLot)

/** An account's margin figures at the marks, in cents. A cash account uses no margin. */
export interface MarginFigures {
  /** Cash plus the value of all positions. */
  readonly equityCents: number
  /** The value of the positions minus their cost. */
  readonly unrealizedCents: number
  /** The margin of the positions, and of open orders as if they filled. */
  readonly marginUsedCents: number
  /** The margin of the positions alone. */
  readonly positionMarginCents: number
  /** The account is liquidated when equity falls below this. */
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

/**
 * The largest size the position could reach if all open orders of one side filled, with additional lots on either side.
 */
export function exposedLots(portfolio: Portfolio, market: Market, moreBuys = 0, moreSales = 0): number {
  const lots = portfolio.lots(market)
  const up = lots + portfolio.openLots(market, 'buy') + moreBuys
  const down = lots - portfolio.openLots(market, 'sell') - moreSales
  return Math.max(Math.abs(lots), Math.abs(up), Math.abs(down))
}

/** The initial margin of a position of this size. */
export const initialOf = (market: Market, lots: number): number =>
  shareRoundedUp(Math.abs(valueCentsOf(market, lots)), market.instrument.initialMarginBps)

/** Its maintenance margin. */
export const maintenanceOf = (market: Market, lots: number): number =>
  shareRoundedUp(Math.abs(valueCentsOf(market, lots)), market.instrument.maintenanceMarginBps)

/** A hypothetical position, for the preview of an order. */
export interface ChangedPosition {
  readonly market: Market
  readonly lots: number
  readonly cashCents: number
}

/**
 * The price in whole ticks at which a margin account's position would bring it below maintenance while all other marks
 * stay: rounded so that it is reached sooner. Undefined for a cash account, and if no price of the book does.
 * @param changed computes it for another position and other cash
 */
export function liquidationTicks(portfolio: Portfolio, market: Market, changed?: ChangedPosition): number | undefined {
  const lots = changed?.lots ?? portfolio.lots(market)
  if (!portfolio.isMargin || lots === 0) return undefined
  // At a price p, equity is rest + lots × p × c and maintenance is |lots| × p × c × bps; the result is where they are
  // equal.
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

/** How much worse than at the mark these lots are at this value, in cents, rounded up; 0 if they are better. */
export function worseThanMarkCents(market: Market, lots: number, valueCents: number, isBuy: boolean): number {
  const { centsPerTickLot } = market.instrument
  const markMicro = BigInt(lots) * BigInt(centsPerTickLot) * BigInt(market.markMicroTicks)
  const valueMicro = BigInt(valueCents) * BigInt(MICRO_TICKS)
  const worse = isBuy ? valueMicro - markMicro : markMicro - valueMicro
  return worse <= 0n ? 0 : Number((worse + BigInt(MICRO_TICKS) - 1n) / BigInt(MICRO_TICKS))
}

/**
 * This many basis points of an amount of 0 or more, rounded up. Exact: neither part of the product exceeds safe
 * integers.
 */
export function shareRoundedUp(cents: number, bps: number): number {
  const part = cents % BPS
  return ((cents - part) / BPS) * bps + Math.ceil((part * bps) / BPS)
}
