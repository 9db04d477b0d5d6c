import type { WireError } from '@valiant/shared/protocol/wire-error'
import { clock, grouped } from '#lib/ui/format.ts'
import type { AtRefusal } from './refusal.ts'

/* The sentences that a refusal is told with. */

const DONE = { buy: 'bought', sell: 'sold' } as const

/** What it did to the money, as sentences to append. The title says it for a change; a preview did nothing. */
export function consequencesOf({ content, deed }: AtRefusal) {
  if (deed !== 'place') return { nothing: '', noneHeld: '', neither: '' }
  const nothing = ` Nothing was ${DONE[content.side]}`
  return { nothing: `${nothing}.`, noneHeld: ' Nothing is held.', neither: `${nothing} and no money is held.` }
}

/** An order that is over already. */
export function tooLate({ order, message }: WireError): string {
  if (order === undefined) return message
  const what = order.status === 'filled' ? 'filled' : `was ${ENDS[order.status] ?? 'over'}`
  return `Too late: this order ${what} at ${clock(order.updatedAt)}.`
}
const ENDS: Readonly<Record<string, string>> = { canceled: 'cancelled', expired: 'over', rejected: 'refused' }

const FIELDS: Readonly<Record<string, string>> = {
  qty: 'Quantity',
  notional: 'Amount',
  limitPrice: 'Limit price',
  stopPrice: 'Stop price',
  trailAmount: 'Trail',
  trailPercent: 'Trail',
  'takeProfit.limitPrice': 'Take profit',
  'stopLoss.stopPrice': 'Stop loss',
}

/** "Quantity is at most 1,000,000.": the error's message with the ticket's names for the fields. */
export function invalidSentence(error: WireError): string {
  const name = FIELDS[error.field ?? '']
  const expected = detailsOf(error)('expected').replace(/\d+(\.\d+)?/g, grouped)
  if (name === undefined || expected === '') return error.message
  const step = /^a multiple of (.+)$/.exec(expected)?.[1]
  return step === undefined ? `${name} is ${expected}.` : `${name} goes in steps of ${step}.`
}

export function marginSentence(equity: number, required: string, available: string): string {
  const used = equity - Number(available) + Number(required)
  if (required === '' || available === '' || equity <= 0) return 'There is not enough margin.'
  return `Margin would reach ${Math.ceil((used / equity) * 100)}%.`
}

export function holding({ name, scale, held }: AtRefusal, available: string): string {
  const bound = (scale.lots(held) ?? 0) - (scale.lots(available) ?? 0)
  if ((scale.lots(held) ?? 0) === 0) return `You hold no ${name}.`
  if (bound <= 0) return `You hold ${grouped(held)} ${name}.`
  return `You hold ${grouped(held)} ${name}, and open orders bind ${grouped(scale.qty(bound))} of them.`
}

/** A detail of the refusal as text; empty if missing. */
export const detailsOf =
  ({ details }: WireError) =>
  (key: string): string => {
    const value = details?.[key]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
