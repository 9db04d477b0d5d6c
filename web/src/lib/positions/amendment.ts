import type { AmendOrder, Order } from '@valiant/shared/protocol/order'
import { formatScaled } from '@valiant/shared/units/decimal'
import { stepsOf } from '#lib/ticket/entry.ts'
import { PERCENT_STEP } from '#lib/ticket/check.ts'
import type { Scale } from '#lib/ticket/scale.ts'

/** The fields of an open order that may be changed. */
export type AmendField = 'qty' | 'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent'
export type AmendTexts = Readonly<Partial<Record<AmendField, string>>>
export type Change = Pick<AmendOrder, AmendField>

export const AMEND_LABELS: Readonly<Record<AmendField, string>> = {
  qty: 'Quantity',
  limitPrice: 'Limit',
  stopPrice: 'Stop',
  trailAmount: 'Trail',
  trailPercent: 'Trail %',
}

/** What an order has, as it stands; an exit has as much as its position, so that its quantity is not its own. */
export function amendable(order: Order): AmendTexts {
  const isExit = order.role !== undefined || order.status === 'held'
  const isTrailing = order.type === 'trailing_stop'
  return {
    ...(isExit ? {} : { qty: order.qty }),
    ...(order.stopPrice === undefined || isTrailing ? {} : { stopPrice: order.stopPrice }),
    ...(order.limitPrice === undefined ? {} : { limitPrice: order.limitPrice }),
    ...(order.trailAmount === undefined ? {} : { trailAmount: order.trailAmount }),
    ...(order.trailPercent === undefined ? {} : { trailPercent: order.trailPercent }),
  }
}

/** What is to change, or why it cannot. Nothing changed is an empty change. */
export type Amendment =
  | { readonly ok: true; readonly change: Change }
  | { readonly ok: false; readonly field: AmendField; readonly missing: string }

export function amendmentOf(order: Order, texts: AmendTexts, scale: Scale): Amendment {
  const change: Change = {}
  for (const [field, before] of Object.entries(amendable(order)) as [AmendField, string][]) {
    const text = texts[field] ?? before
    const after = valueOf(field, text, scale)
    if (after === undefined) {
      return { ok: false, field, missing: `${AMEND_LABELS[field].replace(' %', '')} is not on the grid` }
    }
    if (after !== valueOf(field, before, scale)) change[field] = after
  }
  return { ok: true, change }
}

/** The typed value as the wire has it; undefined off the grid, and for nothing. */
function valueOf(field: AmendField, text: string, scale: Scale): string | undefined {
  const step = field === 'qty' ? scale.lot : field === 'trailPercent' ? PERCENT_STEP : scale.tick
  const steps = stepsOf(text, step)
  if (!steps) return undefined
  if (field === 'qty') return scale.qty(steps)
  return field === 'trailPercent' ? formatScaled(BigInt(steps), 2) : scale.price(steps)
}
