import type { AccountSnapshot, Position } from '@valiant/shared/protocol/account'
import type { OrderContent } from '#lib/ticket/draft.ts'
import type { Scale } from '#lib/ticket/scale.ts'

/** The order that turns a long position into a short one of the same size, or back: twice the quantity at the market. */
export function reversalOf({ symbol, qty }: Pick<Position, 'symbol' | 'qty'>, scale: Scale): OrderContent {
  const lots = Math.abs(scale.lots(qty) ?? 0)
  const side = qty.startsWith('-') ? 'buy' : 'sell'
  return { symbol, side, type: 'market', qty: scale.qty(2 * lots), timeInForce: 'ioc' }
}

/**
 * The same in every tab that shows the same position: a second press is answered with the first order, and does not turn
 * the position back. The account's `seq` rises with each change of the account, refused orders included, so an id never
 * stands for two states, and the next press on a refused reversal has its own.
 */
export const reversalId = (symbol: string, { seq }: Pick<AccountSnapshot, 'seq'>): string => `reverse:${symbol}:${seq}`
