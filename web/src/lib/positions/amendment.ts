import type { AmendOrder, Order } from '@valiant/shared/protocol/order'
import { formatScaled } from '@valiant/shared/units/decimal'
import { PERCENT } from '#lib/ticket/check.ts'
import { counted } from '#lib/ticket/parse-quantity.ts'
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

/** The current values of an order; the quantity of an exit is its position's, and cannot be changed. */
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

/** The changes, or why they are not valid. No changes: an empty object. */
export type Amendment =
  | { readonly ok: true; readonly change: Change }
  | { readonly ok: false; readonly field: AmendField; readonly missing: string }

export function amendmentOf(order: Order, texts: AmendTexts, scale: Scale): Amendment {
  const change: Change = {}
  for (const [field, before] of Object.entries(amendable(order)) as [AmendField, string][]) {
    const read = valueOf(field, texts[field] ?? before, scale)
    if (!read.ok) return { ok: false, field, missing: read.missing }
    const stood = valueOf(field, before, scale)
    if (!stood.ok || read.value !== stood.value) change[field] = read.value
  }
  return { ok: true, change }
}

const NAMES: Readonly<Record<AmendField, string>> = {
  qty: 'quantity',
  limitPrice: 'price',
  stopPrice: 'stop price',
  trailAmount: 'trail',
  trailPercent: 'trail',
}

type Value = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly missing: string }

/** The typed value in wire format, or why it is not valid. */
function valueOf(field: AmendField, text: string, scale: Scale): Value {
  const of = field === 'trailPercent' ? PERCENT : { step: field === 'qty' ? scale.lot : scale.tick }
  const read = counted(text, { name: NAMES[field], ...of })
  if (!read.ok) return read
  const { steps } = read
  if (field === 'qty') return { ok: true, value: scale.qty(steps) }
  return { ok: true, value: field === 'trailPercent' ? formatScaled(BigInt(steps), 2) : scale.price(steps) }
}
