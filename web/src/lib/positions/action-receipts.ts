import type { AmendedOrder, Order } from '@valiant/shared/protocol/order'
import { priceText } from '#lib/orders/order-text.ts'
import type { Receipt, WayOn } from '#lib/ticket/receipt.ts'
import { grouped } from '#lib/ui/format.ts'
import type { ExitPrices } from './exits-of.ts'

/* Receipts for actions of the lists. */

export const canceled = ({ side, role }: Order, what: string, waysOn: readonly WayOn[]): Receipt => ({
  kind: 'canceled',
  title: `Cancelled: ${what}`,
  text: side === 'buy' && role === undefined ? 'Its money is free again.' : 'What it bound is free again.',
  waysOn,
})

export const manyCanceled = (count: number): Receipt => ({
  kind: 'canceled',
  title: count === 1 ? '1 order cancelled' : `${count} orders cancelled`,
  text: 'What they held is free again.',
  waysOn: [{ label: 'View', do: 'view', list: 'history' }],
})

/** The receipt of an amended order; what it filled on the way shows in what is left. */
export function amended(after: AmendedOrder, name: string, back: WayOn): Receipt {
  const what = `${after.side} ${grouped(after.remainingQty)} ${name}`
  if (after.status === 'filled') {
    return { kind: 'done', title: `Filled: ${after.side} ${grouped(after.qty)} ${name}`, text: '', waysOn: [] }
  }
  if (after.status === 'canceled') {
    const text = 'What it had filled already stays yours.'
    return { kind: 'canceled', title: `Cancelled: the rest of ${after.side} ${name}`, text, waysOn: [] }
  }
  const isQueued = after.status === 'open' || after.status === 'partially_filled'
  const place = after.priorityKept ? 'It keeps its place in the queue.' : 'It stands at the back of its new price.'
  return {
    kind: 'rests',
    title: `Changed: ${what} at ${priceText(after)}`,
    text: isQueued ? place : 'It waits for its price.',
    waysOn: [back],
  }
}

/** @param qty the part of the position, if open orders bind the rest */
export function protectedBy(name: string, { takeProfit, stopLoss }: ExitPrices, qty?: string): Receipt {
  const exits = [
    ...(takeProfit === undefined ? [] : [`Take profit ${grouped(takeProfit)}`]),
    ...(stopLoss === undefined ? [] : [`stop loss ${grouped(stopLoss)}`]),
  ]
  if (exits.length === 0) {
    return { kind: 'canceled', title: `${name} has no exits now`, text: 'What they bound is free again.', waysOn: [] }
  }
  const text = exits.join(', ') + (exits.length > 1 ? '; one cancels the other.' : '.')
  return {
    kind: 'rests',
    title: qty === undefined ? `${name} is protected` : `${grouped(qty)} ${name} are protected`,
    text: text.charAt(0).toUpperCase() + text.slice(1),
    waysOn: [{ label: 'View', do: 'view', list: 'orders' }],
  }
}
