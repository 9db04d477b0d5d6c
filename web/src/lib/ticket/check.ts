import type { Instrument } from '@valiant/shared/protocol/market-data'
import { formatScaled, stepOf } from '@valiant/shared/units/decimal'
import { type Draft, durationOf, hasLimit, hasStop, lotsOf, mayRest, type OrderContent, typedCents } from './draft.ts'
import { grouped } from '#lib/ui/format.ts'
import { moneyOfCents } from './amount.ts'
import { counted, isTooLarge } from './parse-quantity.ts'
import { whyUnread, plainDecimal } from './number-input.ts'
import { CENT, type Scale } from './scale.ts'

export type DraftField = 'price' | 'stop' | 'trail' | 'qty' | 'expiry' | 'takeProfit' | 'stopLoss'

/** A draft as an order, or what is missing, in the words of the send button. */
export type Checked =
  | {
      readonly ok: true
      readonly content: OrderContent
      /** Of a market order in dollars only an estimate, at the touch: the exchange decides. */
      readonly lots: number
      readonly limitTicks: number | undefined
      /** The price it is valued at until the exchange has answered: its limit, else its trigger, else the touch. */
      readonly pricingTicks: number
    }
  | Lack

export interface Lack {
  readonly ok: false
  readonly missing: string
  readonly field: DraftField
}

/** What a draft is checked against. */
export interface CheckAgainst {
  readonly instrument: Instrument
  readonly scale: Scale
  /** The price a market order would meet first; 0 when nobody quotes. */
  readonly touchTicks: number
  readonly nowMs: number
  /** Take profit and stop loss need an order that can open a position. */
  readonly mayHaveExits: boolean
}

export const PERCENT_STEP = stepOf('0.01')
export const PERCENT = { step: PERCENT_STEP, unit: '%' }

export function checked(draft: Draft, against: CheckAgainst): Checked {
  const { instrument, scale, touchTicks } = against
  const stopTicks = hasStop(draft) ? priceIn('stop', draft.stopText, against) : undefined
  if (isLack(stopTicks)) return stopTicks
  const limitTicks = hasLimit(draft) ? priceIn('price', draft.priceText, against) : undefined
  if (isLack(limitTicks)) return limitTicks
  const trail = draft.type === 'trailing_stop' ? trailOf(draft, against) : {}
  if (isLack(trail)) return trail
  const pricingTicks = limitTicks ?? stopTicks ?? touchTicks
  const lots = quantity(draft, pricingTicks, against)
  if (isLack(lots)) return lots
  const timeInForce = durationOf(draft)
  const end = timeInForce === 'gtd' ? expiry(draft.expireText, against.nowMs) : {}
  if (isLack(end)) return end
  const exits = draft.hasExits && against.mayHaveExits ? exitsOf(draft, pricingTicks, against) : {}
  if (isLack(exits)) return exits

  const { side, type } = draft
  const isNotional = type === 'market' && draft.unit === 'money'
  const content: OrderContent = {
    symbol: instrument.symbol,
    side,
    type,
    ...(isNotional ? { notional: formatScaled(BigInt(typedCents(draft.qtyText) ?? 0), 2) } : { qty: scale.qty(lots) }),
    ...(limitTicks === undefined ? {} : { limitPrice: scale.price(limitTicks) }),
    ...(stopTicks === undefined ? {} : { stopPrice: scale.price(stopTicks) }),
    ...trail,
    timeInForce,
    ...end,
    ...(draft.postOnly && mayRest(draft) ? { postOnly: true } : {}),
    ...(draft.reduceOnly ? { reduceOnly: true } : {}),
    ...exits,
  }
  return { ok: true, content, lots, limitTicks, pricingTicks }
}

const PRICE_NAMES = { price: 'price', stop: 'stop price', takeProfit: 'take profit', stopLoss: 'stop loss' } as const

function priceIn(field: keyof typeof PRICE_NAMES, text: string, { scale }: CheckAgainst): number | Lack {
  const read = counted(text, { name: PRICE_NAMES[field], step: scale.tick })
  return read.ok ? read.steps : lacks(field, read.missing)
}

function trailOf({ trailText, trailUnit }: Draft, { scale }: CheckAgainst): Partial<OrderContent> | Lack {
  const isPercent = trailUnit === 'percent'
  const read = counted(trailText, { name: 'trail', ...(isPercent ? PERCENT : { step: scale.tick }) })
  if (!read.ok) return lacks('trail', read.missing)
  const { steps } = read
  if (!isPercent) return { trailAmount: scale.price(steps) }
  return steps < 10_000 ? { trailPercent: formatScaled(BigInt(steps), 2) } : lacks('trail', 'Trail stays below 100%')
}

function quantity(draft: Draft, ticks: number, { instrument, scale }: CheckAgainst): number | Lack {
  const isMoney = draft.unit === 'money'
  const plain = plainDecimal(draft.qtyText)
  if (plain === undefined)
    return lacks('qty', whyUnread(draft.qtyText) ?? (isMoney ? 'Enter an amount' : 'Enter a quantity'))
  const [leastLots, mostLots] = [
    scale.lots(instrument.minQty) ?? 0,
    scale.lots(instrument.maxQty) ?? Number.MAX_SAFE_INTEGER,
  ]
  // In the unit that was typed.
  const inUnit = (qty: string, lots: number) =>
    isMoney && ticks > 0 ? moneyOfCents(scale.valueCents(ticks, lots)) : grouped(qty)
  if (isTooLarge(plain, isMoney ? CENT : scale.lot))
    return lacks('qty', `At most ${inUnit(instrument.maxQty, mostLots)}`)
  const lots = lotsOf(draft, scale, ticks)
  if (lots === 0 && isMoney) return lacks('qty', 'Too little for one lot')
  if (lots === undefined || lots === 0) {
    const read = counted(draft.qtyText, { name: 'quantity', step: scale.lot })
    return lacks('qty', read.ok ? 'Enter a quantity' : read.missing)
  }
  if (lots < leastLots) return lacks('qty', `At least ${inUnit(instrument.minQty, leastLots)}`)
  return lots > mostLots ? lacks('qty', `At most ${inUnit(instrument.maxQty, mostLots)}`) : lots
}

function expiry(text: string, nowMs: number): { readonly expireAt: number } | Lack {
  const expireAt = Date.parse(`${text}Z`)
  if (Number.isNaN(expireAt)) return lacks('expiry', 'Enter a date and time')
  return expireAt <= nowMs ? lacks('expiry', 'That time has passed') : { expireAt }
}

/** On the wrong side of its entry, the exchange would trigger an exit at once: the ticket catches that before. */
function exitsOf(draft: Draft, entryTicks: number, against: CheckAgainst): Partial<OrderContent> | Lack {
  const sign = draft.side === 'buy' ? 1 : -1
  const [gain, loss] = draft.side === 'buy' ? ['above', 'below'] : ['below', 'above']
  const profitTicks = isTyped(draft.takeProfitText) ? priceIn('takeProfit', draft.takeProfitText, against) : undefined
  if (isLack(profitTicks)) return profitTicks
  const lossTicks = isTyped(draft.stopLossText) ? priceIn('stopLoss', draft.stopLossText, against) : undefined
  if (isLack(lossTicks)) return lossTicks
  if (profitTicks === undefined && lossTicks === undefined)
    return lacks('takeProfit', 'Enter a take profit or stop loss')
  if (profitTicks !== undefined && (profitTicks - entryTicks) * sign <= 0) {
    return lacks('takeProfit', `Take profit goes ${gain} the price`)
  }
  if (lossTicks !== undefined && (entryTicks - lossTicks) * sign <= 0) {
    return lacks('stopLoss', `Stop loss goes ${loss} the price`)
  }
  return {
    ...(profitTicks === undefined ? {} : { takeProfit: { limitPrice: against.scale.price(profitTicks) } }),
    ...(lossTicks === undefined ? {} : { stopLoss: { stopPrice: against.scale.price(lossTicks) } }),
  }
}

export const isTyped = (text: string): boolean => text.trim() !== ''

const lacks = (field: DraftField, missing: string): Lack => ({ ok: false, field, missing })
const isLack = (read: unknown): read is Lack => typeof read === 'object' && read !== null && 'missing' in read
