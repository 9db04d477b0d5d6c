import type { Position } from '@valiant/shared/protocol/account'
import type { Order } from '@valiant/shared/protocol/order'
import { reservedLots } from '#lib/ticket/reserved-lots.ts'
import { isTyped } from '#lib/ticket/check.ts'
import { counted } from '#lib/ticket/parse-quantity.ts'
import type { Scale } from '#lib/ticket/scale.ts'

/** The exits that protect a position now. */
export interface Exits {
  readonly takeProfit: Order | undefined
  readonly stopLoss: Order | undefined
}

/** The active ones; with several of a kind, the newest. */
export function exitsOf(orders: readonly Order[], symbol: string): Exits {
  const awake = orders.filter((order) => order.symbol === symbol && order.status !== 'held')
  const newest = (role: Order['role']) =>
    awake
      .filter((order) => order.role === role)
      .sort((a, b) => (a.orderId < b.orderId ? -1 : 1))
      .at(-1)
  return { takeProfit: newest('take_profit'), stopLoss: newest('stop_loss') }
}

/**
 * The part of a position that exits can protect: all except what open orders other than its exits bind.
 * @returns undefined for the whole position
 */
export function protectableQty(
  orders: readonly Order[],
  { symbol, qty }: Pick<Position, 'symbol' | 'qty'>,
  { isMargin, scale }: { isMargin: boolean; scale: Scale },
): string | undefined {
  const lots = scale.lots(qty) ?? 0
  const others = orders.filter(({ role }) => role === undefined)
  const bound = reservedLots(others, { symbol, side: lots > 0 ? 'sell' : 'buy', onlyReducing: isMargin }, scale)
  return bound === 0 ? undefined : scale.qty(Math.max(0, Math.abs(lots) - bound))
}

/** In wire format; undefined is no exit. */
export interface ExitPrices {
  readonly takeProfit: string | undefined
  readonly stopLoss: string | undefined
}

/** Prices of exits, or why they are not valid. */
export type Protection = ({ readonly ok: true } & ExitPrices) | { readonly ok: false; readonly missing: string }

/**
 * @param markTicks the price now: an exit that it has already reached would trigger at once
 * @param isLong a long position profits from higher prices
 */
export function protectionOf(
  texts: { readonly takeProfit: string; readonly stopLoss: string },
  { markTicks, isLong, scale }: { markTicks: number; isLong: boolean; scale: Scale },
): Protection {
  const sign = isLong ? 1 : -1
  const read = (text: string, name: string) => (isTyped(text) ? counted(text, { name, step: scale.tick }) : NONE)
  const [profit, loss] = [read(texts.takeProfit, 'take profit'), read(texts.stopLoss, 'stop loss')]
  if (!profit.ok) return profit
  if (!loss.ok) return loss
  const [profitTicks, lossTicks] = [profit.steps, loss.steps]
  if (profitTicks !== undefined && (profitTicks - markTicks) * sign <= 0) {
    return off(`Take profit goes ${isLong ? 'above' : 'below'} the market`)
  }
  if (lossTicks !== undefined && (markTicks - lossTicks) * sign <= 0) {
    return off(`Stop loss goes ${isLong ? 'below' : 'above'} the market`)
  }
  const text = (ticks: number | undefined) => (ticks === undefined ? undefined : scale.price(ticks))
  return { ok: true, takeProfit: text(profitTicks), stopLoss: text(lossTicks) }
}

/** An empty field is no exit. */
const NONE = { ok: true, steps: undefined } as const
const off = (missing: string): Protection => ({ ok: false, missing })
