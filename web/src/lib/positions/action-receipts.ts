import type { AmendedOrder, Order } from '@valiant/shared/protocol/order'
import { priceText } from '#lib/orders/order-text.ts'
import type { Receipt, WayOn } from '#lib/ticket/receipt.ts'
import { capitalized, clock, grouped } from '#lib/ui/format.ts'
import type { ExitPrices } from './exits-of.ts'

/* Receipts for actions of the lists. */

export const canceled = (order: Order, what: string, waysOn: readonly WayOn[]): Receipt => ({
  kind: 'canceled',
  title: `Cancelled: ${what}`,
  text: freed(order),
  waysOn,
})

/** Another tab or program was first: the trader has what was asked for. */
export const canceledBefore = (order: Order, what: string): Receipt => ({
  kind: 'canceled',
  title: `Already cancelled: ${what}`,
  text: `At ${clock(order.updatedAt)}. ${freed(order)}`,
  waysOn: [{ label: 'View', do: 'view', list: 'history' }],
})

const freed = ({ side, role }: Order): string =>
  side === 'buy' && role === undefined ? 'Its money is free again.' : 'What it bound is free again.'

/** @param count 0 if all of them had filled or been canceled before */
export const manyCanceled = (count: number): Receipt => ({
  kind: 'canceled',
  title: count === 0 ? 'No order was open any more' : count === 1 ? '1 order cancelled' : `${count} orders cancelled`,
  text: count === 0 ? 'Nothing was cancelled.' : `What ${count === 1 ? 'it' : 'they'} held is free again.`,
  waysOn: [{ label: 'View', do: 'view', list: 'history' }],
})

/** Another tab, an exit or the exchange was first. A position is closed only as far as it is open: never reversed. */
export const closedBefore = (name: string): Receipt => ({
  kind: 'canceled',
  title: `${name} was closed already`,
  text: 'Nothing more was bought or sold.',
  waysOn: [{ label: 'View', do: 'view', list: 'fills' }],
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
    text: capitalized(text),
    waysOn: [{ label: 'View', do: 'view', list: 'orders' }],
  }
}
