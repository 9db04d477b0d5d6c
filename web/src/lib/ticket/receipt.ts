import type { WireError } from '@valiant/shared/protocol/errors'
import type { Order, PlacedOrder } from '@valiant/shared/protocol/order'
import { grouped, money } from '#lib/ui/format.ts'
import { moneyOfCents, rounded } from './amount.ts'
import type { Draft, OrderContent } from './draft.ts'
import { centsOf, type Scale } from './scale.ts'

/** A way on from a receipt: fill the ticket, send it as changed, or open a list. */
export type WayOn =
  | { readonly label: string; readonly do: 'use' | 'send'; readonly draft: Partial<Draft> }
  | { readonly label: string; readonly do: 'view'; readonly list: 'orders' | 'fills' | 'history' }

export interface Receipt {
  readonly kind: 'done' | 'rests' | 'canceled' | 'refused' | 'info'
  readonly title: string
  readonly text: string
  readonly waysOn: readonly WayOn[]
}

/** What the words need to know of the instrument. */
export interface Named {
  /** As the screens name it: EUR/USD, a coin by its base. */
  readonly name: string
  readonly scale: Scale
}

const DONE = { buy: 'Bought', sell: 'Sold' } as const
const DO = { buy: 'Buy', sell: 'Sell' } as const

/** What became of an order that the exchange took. */
export function receiptOf(order: PlacedOrder | Order, { name, scale }: Named): Receipt {
  const { side, qty, filledQty, remainingQty } = order
  const at = order.avgPrice === null ? '' : ` at ${grouped(rounded(order.avgPrice, scale.tick.decimals))}`
  const price = order.limitPrice === undefined ? '' : ` at ${grouped(order.limitPrice)}`
  const fee = `Fee ${money(order.feesPaid)}`
  const filled = `${DONE[side]} ${grouped(filledQty)} ${name}${at}`
  const view = (list: 'orders' | 'fills' | 'history'): WayOn[] => [{ label: 'View', do: 'view', list }]
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
      return {
        kind: 'rests',
        title: `${DO[side]} ${grouped(qty)} ${name}${price} is open`,
        text: side === 'buy' ? 'It waits in the book; its money is held.' : 'It waits in the book.',
        waysOn: view('orders'),
      }
    case 'canceled':
    case 'expired': {
      if (scale.lots(filledQty) === 0) {
        return {
          kind: 'canceled',
          title: `Nothing ${DONE[side].toLowerCase()}`,
          text: `${cause(order)} No money is held.`,
          waysOn: view('history'),
        }
      }
      return {
        kind: 'done',
        title: `${filled}, not ${grouped(qty)}`,
        text: `${cause(order)} ${fee}`,
        waysOn: view('fills'),
      }
    }
    case 'rejected':
      return { kind: 'refused', title: 'Order not placed', text: 'Nothing is held.', waysOn: view('history') }
  }
}

function cause({ reason, side, limitPrice }: Order): string {
  switch (reason) {
    case 'ioc_remainder':
      return `No more was ${side === 'buy' ? 'on offer' : 'wanted'} at ${grouped(limitPrice ?? '')} or better.`
    case 'no_liquidity':
      return 'No more was on offer.'
    case 'self_trade':
      return 'It met an order of your own.'
    case 'user':
    case 'cancel_all':
      return 'You cancelled the order.'
    case undefined:
    default:
      return 'The order was cancelled.'
  }
}

/** What the ticket knew when an order was refused: it offers a way on from these. */
export interface AtRefusal extends Named {
  readonly content: OrderContent
  readonly bid: string
  readonly ask: string
  /** One tick on the own side of the market, where post-only rests. */
  readonly passive: string
  /** How far from the middle an order may be, in percent. */
  readonly bandPercent: number
  /** Lots that the free money buys at the order's price. */
  readonly affordable: string
}

/** What happened, what it did to the money, what can be done. */
export function refusalOf(error: WireError, at: AtRefusal): Receipt {
  const { content, name, scale } = at
  const { side, limitPrice = '', qty = '' } = content
  const detail = (key: string) => {
    const value = error.details?.[key]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  const nothing = `Nothing was ${DONE[side].toLowerCase()}`
  const touch = side === 'buy' ? 'ask' : 'bid'
  const refused = (text: string, waysOn: (WayOn | undefined)[] = [], title = 'Order not placed'): Receipt => ({
    kind: 'refused',
    title,
    text,
    waysOn: waysOn.filter((way) => way !== undefined),
  })
  const use = (label: string, draft: Partial<Draft>): WayOn => ({ label, do: 'use', draft })
  const useQty = (verb: string, text: string): WayOn | undefined =>
    (scale.lots(text) ?? 0) > 0 ? use(`${verb} ${grouped(text)} ${name}`, { qtyText: text, unit: 'qty' }) : undefined
  const usePrice = (text: string, what: string): WayOn | undefined =>
    scale.ticks(text) === undefined || scale.ticks(text) === 0
      ? undefined
      : use(`Use ${grouped(text)}${what}`, { priceText: text })

  switch (error.code) {
    case 'INSUFFICIENT_FUNDS':
      return refused(
        `It needs ${money(detail('required'))} and you have ${money(detail('available'))}. Nothing is held.`,
        [useQty('Use', at.affordable)],
      )
    case 'PRICE_BAND': {
      const edge = side === 'buy' ? detail('high') : detail('low')
      const band = side === 'buy' ? 'above' : 'below'
      return refused(
        `${grouped(limitPrice)} is more than ${at.bandPercent}% ${band} the middle of the market, so the exchange refused it. ${nothing} and no money is held.`,
        [usePrice(at[touch], ` (${touch})`), usePrice(edge, ' (limit)')],
      )
    }
    case 'POST_ONLY_WOULD_CROSS':
      return refused(`At ${grouped(limitPrice)} this would fill at once, and post only forbids it.`, [
        usePrice(at.passive, ''),
        { label: 'Send without post only', do: 'send', draft: { postOnly: false } },
      ])
    case 'FOK_NOT_FILLABLE':
    case 'NO_LIQUIDITY': {
      const fillable = detail('fillable') || '0'
      return refused(
        `Only ${grouped(fillable)} of ${grouped(qty)} are on offer${limitPrice === '' ? '' : ' up to your price'}. ${nothing}.`,
        [useQty(DO[side], fillable)],
      )
    }
    case 'INSUFFICIENT_POSITION': {
      const available = detail('available') || '0'
      return refused(`You have ${grouped(available)} ${name} free to sell. ${nothing}.`, [useQty('Sell', available)])
    }
    case 'MARKET_HALTED':
      return refused(`${name} is halted. Orders can be cancelled, not placed.`)
    case 'UNAVAILABLE':
      return refused("The exchange can't take orders for the moment; prices are indicative. Nothing was executed.")
    case 'RATE_LIMITED':
      return refused('Too many orders at once; the button says when the next one can go. Nothing was sent on.')
    case 'INVALID': {
      const nearest = detail('nearest')
      return refused(error.message, [
        nearest === '' ? undefined : error.field === 'qty' ? useQty('Use', nearest) : usePrice(nearest, ''),
      ])
    }
    case 'ORDER_CLOSED':
    case 'DUPLICATE_CLIENT_ORDER_ID':
      return refused(error.message, [{ label: 'View', do: 'view', list: 'history' }])
    case 'UNAUTHENTICATED':
    case 'FORBIDDEN':
    case 'NOT_FOUND':
    case 'PAYLOAD_TOO_LARGE':
    case 'TOO_MANY_SUBSCRIPTIONS':
    case 'TIMEOUT':
    case 'INTERNAL':
    case 'INSUFFICIENT_MARGIN':
    case 'SHORT_NOT_ALLOWED':
    case 'REDUCE_ONLY_WOULD_INCREASE':
    case 'STOP_WOULD_TRIGGER':
    case 'MIN_NOTIONAL':
    case 'MAX_OPEN_ORDERS':
    case 'SELF_TRADE':
    case 'REQUEST_EXPIRED':
    case 'MARKET_CLOSED':
    case 'LIQUIDATING':
      return refused(error.message, [{ label: 'View', do: 'view', list: 'history' }])
  }
}

/** "Buy 83 NOVA at 184.30": the action in full. */
export const sentenceOf = ({ side, qty = '', limitPrice }: OrderContent, name: string): string =>
  `${DO[side]} ${grouped(qty)} ${name} at ${limitPrice === undefined ? 'market' : grouped(limitPrice)}`

/** "Confirm: buy 83 NOVA, $15,296.90" */
export const confirmationOf = ({ side, qty = '' }: OrderContent, name: string, valueCents: bigint): string =>
  `Confirm: ${side} ${grouped(qty)} ${name}, ${moneyOfCents(valueCents)}`

/** Orders over this ask once more. */
export const CONFIRM_ABOVE_CENTS = 1_000_000n
/** So do market orders that are expected to slip by more. */
export const CONFIRM_ABOVE_SLIPPAGE_BPS = 100

export const asksAgain = (type: 'limit' | 'market', valueCents: bigint, slippageBps: number): boolean =>
  valueCents > CONFIRM_ABOVE_CENTS || (type === 'market' && slippageBps > CONFIRM_ABOVE_SLIPPAGE_BPS)

/** Cents of what an order is worth at its limit, or by its preview. */
export const previewCents = (notional: string): bigint => BigInt(centsOf(notional))
