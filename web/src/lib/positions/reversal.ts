import type { AccountSnapshot, Position } from '@valiant/shared/protocol/account'
import type { OrderContent } from '#lib/ticket/draft.ts'
import type { Scale } from '#lib/ticket/scale.ts'
import { closingSide, sizeOf } from './position-figures.ts'

/** The order that turns a long position into a short one of the same size, or back: twice the quantity at the market. */
export function reversalOf(position: Pick<Position, 'symbol' | 'qty'>, scale: Scale): OrderContent {
  const qty = scale.qty(2 * (scale.lots(sizeOf(position)) ?? 0))
  return { symbol: position.symbol, side: closingSide(position), type: 'market', qty, timeInForce: 'ioc' }
}

/**
 * The same in every tab that shows the same position: a second press is answered with the first order, and does not turn
 * the position back. The account's `seq` rises with each change of the account, refused orders included, so an id never
 * stands for two states, and the next press on a refused reversal has its own.
 */
export const reversalId = (symbol: string, { seq }: Pick<AccountSnapshot, 'seq'>): string => `reverse:${symbol}:${seq}`
