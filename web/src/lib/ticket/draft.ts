import type { TimeInForce } from '@valiant/shared/protocol/fields'
import type { Instrument } from '@valiant/shared/protocol/market-data'
import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { plainDecimal, stepsOf } from './entry.ts'
import { centsOf, type Scale } from './scale.ts'

/** What the ticket's fields hold, as typed. */
export interface Draft {
  readonly side: 'buy' | 'sell'
  readonly type: 'limit' | 'market'
  readonly priceText: string
  readonly qtyText: string
  /** Whether the quantity was typed in the instrument or in dollars. */
  readonly unit: 'qty' | 'money'
  readonly timeInForce: Extract<TimeInForce, 'gtc' | 'ioc' | 'fok'>
  readonly postOnly: boolean
}

/** An order but for its id. */
export type OrderContent = Omit<PlaceOrder, 'clientOrderId'>

/** A draft as an order, or what it lacks in the words of the send button. */
export type Checked =
  | {
      readonly ok: true
      readonly content: OrderContent
      readonly lots: number
      readonly limitTicks: number | undefined
    }
  | { readonly ok: false; readonly missing: string; readonly field: 'price' | 'qty' }

/**
 * @param touchTicks what a market order would meet first; 0 when nobody quotes
 */
export function checked(draft: Draft, instrument: Instrument, scale: Scale, touchTicks: number): Checked {
  const limitTicks = draft.type === 'limit' ? stepsOf(draft.priceText, scale.tick) : undefined
  if (draft.type === 'limit') {
    if (plainDecimal(draft.priceText) === undefined) return lacks('price', 'Enter a price')
    if (limitTicks === undefined) return lacks('price', `Price goes in steps of ${instrument.tickSize}`)
    if (limitTicks === 0) return lacks('price', 'Enter a price above 0')
  }
  const lots = lotsOf(draft, scale, limitTicks ?? touchTicks)
  if (plainDecimal(draft.qtyText) === undefined) return lacks('qty', 'Enter a quantity')
  if (lots === undefined) return lacks('qty', `Quantity goes in steps of ${instrument.lotSize}`)
  if (lots === 0) return lacks('qty', draft.unit === 'money' ? 'Too little for one lot' : 'Enter a quantity')
  if (lots < (scale.lots(instrument.minQty) ?? 0)) return lacks('qty', `At least ${instrument.minQty}`)
  if (lots > (scale.lots(instrument.maxQty) ?? Infinity)) return lacks('qty', `At most ${instrument.maxQty}`)

  const { side, type, timeInForce, postOnly } = draft
  const content: OrderContent = { symbol: instrument.symbol, side, type, qty: scale.qty(lots) }
  if (limitTicks === undefined) return { ok: true, content: { ...content, timeInForce: 'ioc' }, lots, limitTicks }
  return {
    ok: true,
    content: { ...content, limitPrice: scale.price(limitTicks), timeInForce, ...(postOnly ? { postOnly } : {}) },
    lots,
    limitTicks,
  }
}

/** Lots that a draft asks for; dollars are rounded down to a lot. */
export function lotsOf({ unit, qtyText }: Draft, scale: Scale, ticks: number): number | undefined {
  if (unit === 'qty') return stepsOf(qtyText, scale.lot)
  const plain = plainDecimal(qtyText)
  if (plain === undefined) return undefined
  const lotCents = scale.valueCents(ticks, 1)
  return lotCents === 0n ? 0 : Number(BigInt(centsOf(withCents(plain))) / lotCents)
}

/** Digits past the cent are dropped. */
const withCents = (plain: string) => plain.replace(/(\.\d\d)\d+$/, '$1')

const lacks = (field: 'price' | 'qty', missing: string): Checked => ({ ok: false, field, missing })
