import type { Order, PlacedOrder } from '@valiant/shared/protocol/order'
import { endSentence, trailText } from '#lib/orders/order-text.ts'
import { grouped, money } from '#lib/ui/format.ts'
import { rounded } from './amount.ts'
import type { Draft } from './draft.ts'
import type { Scale } from './scale.ts'

export type ViewedList = 'orders' | 'fills' | 'history'

/** An action offered by a receipt: fill in the ticket, send it with a change, open a list or a page. */
export type WayOn =
  | { readonly label: string; readonly do: 'use' | 'send'; readonly draft: Partial<Draft> }
  | { readonly label: string; readonly do: 'view'; readonly list: ViewedList }
  | { readonly label: string; readonly do: 'go'; readonly href: string }
  /** An action of the page that shows the receipt: move an order back, reopen a position. */
  | { readonly label: string; readonly do: 'act'; readonly act: () => void }

export interface Receipt {
  readonly kind: 'done' | 'rests' | 'canceled' | 'refused' | 'info'
  readonly title: string
  readonly text: string
  readonly waysOn: readonly WayOn[]
  /** The order it reports on: a later receipt of the same order replaces it. */
  readonly of?: string
  /** It stays until it is closed, because nothing else would tell. */
  readonly stays?: true
}

/** What the wording depends on. */
export interface Named {
  /** The name on screen: EUR/USD, a coin by its base. */
  readonly name: string
  readonly scale: Scale
}

const DONE = { buy: 'Bought', sell: 'Sold' } as const
const DO = { buy: 'Buy', sell: 'Sell' } as const
const view = (list: ViewedList): WayOn[] => [{ label: 'View', do: 'view', list }]

/** The receipt of an order that the exchange accepted. */
export function receiptOf(order: PlacedOrder | Order, { name, scale }: Named): Receipt {
  const { side, qty, filledQty, remainingQty } = order
  const at = order.avgPrice === null ? '' : ` at ${grouped(rounded(order.avgPrice, scale.tick.decimals))}`
  const fee = `Fee ${money(order.feesPaid)}`
  const filled = `${DONE[side]} ${grouped(filledQty)} ${name}${at}`
  switch (order.status) {
    case 'filled':
      return { kind: 'done', title: filled, text: fee, waysOn: view('fills') }
    case 'partially_filled':
      return {
        kind: 'done',
        title: filled,
        text: `${grouped(remainingQty)} of ${grouped(qty)} still open. ${fee}`,
        waysOn: view('orders'),
      }
    case 'open':
    case 'untriggered':
    case 'held':
      return waiting(order, name)
    case 'canceled':
    case 'expired': {
      if (scale.lots(filledQty) === 0) {
        return {
          kind: 'canceled',
          title: `Nothing ${DONE[side].toLowerCase()}`,
          text: `${endSentence(order)} No money is held.`,
          waysOn: view('history'),
        }
      }
      return {
        kind: 'done',
        title: `${filled}, not ${grouped(qty)}`,
        text: `${endSentence(order)} ${fee}`,
        waysOn: view('fills'),
      }
    }
    case 'rejected':
      return { kind: 'refused', title: 'Order not placed', text: 'Nothing is held.', waysOn: view('history') }
  }
}

/** For an order that is in the book or waits for its price. */
function waiting(order: Order, name: string): Receipt {
  const { side, qty, status, type, limitPrice, stopPrice } = order
  const what = `${DO[side]} ${grouped(qty)} ${name}`
  const held = side === 'buy' && !order.reduceOnly ? '; its money is held' : ''
  if (status === 'open') {
    const at = limitPrice === undefined ? '' : ` at ${grouped(limitPrice)}`
    return {
      kind: 'rests',
      title: `${what}${at} is open`,
      text: `It waits in the book${held}.`,
      waysOn: view('orders'),
    }
  }
  const trigger = stopPrice === undefined ? 'its price' : grouped(stopPrice)
  const text =
    type === 'trailing_stop'
      ? `It follows the market by ${trailText(order)}${held}.`
      : `It is sent when a trade reaches that price${held}.`
  return { kind: 'rests', title: `${what} waits for ${trigger}`, text, waysOn: view('orders') }
}
