import type { WireError } from '@valiant/shared/protocol/wire-error'
import { closedSentence, haltedSentence } from '#lib/market/standstill.ts'
import { grouped, money } from '#lib/ui/format.ts'
import type { Draft, OrderContent } from './draft.ts'
import type { Named, Receipt, ViewedList, WayOn } from './receipt.ts'
import { consequencesOf, detailsOf, holding, invalidSentence, marginSentence, tooLate } from './refusal-sentences.ts'
import { centsOf, type Scale } from './scale.ts'

/** What the ticket knew when an order was refused, from which it suggests what to do. */
export interface AtRefusal extends Named {
  readonly content: OrderContent
  readonly bid: string
  readonly ask: string
  /** The best price at which a post-only order rests. */
  readonly passive: string
  /** The price band: how far from the mid an order may be, in percent. */
  readonly bandPercent: number
  /** Lots that the free money buys at the order's price. */
  readonly affordable: string
  /** Lots held, as a size. */
  readonly held: string
  /** Equity in dollars, the base of margin percentages. */
  readonly equity: number
  readonly isMargin: boolean
  /** Whether the instrument may be sold short at all. */
  readonly isShortable: boolean
  /** When a closed instrument opens: "14:30 UTC". */
  readonly opens: string
  readonly deed: Deed
}

/** What was refused: a new order, a change of an order or position, or a preview. */
export type Deed = 'place' | 'change' | 'try'

const DO = { buy: 'Buy', sell: 'Sell' } as const

/** Says what happened, what it did to the money, and what to do. */
export function refusalOf(error: WireError, at: AtRefusal): Receipt {
  const { content, name } = at
  const { side, limitPrice = '', stopPrice = '', qty = '' } = content
  const detail = detailsOf(error)
  const { nothing, noneHeld, neither } = consequencesOf(at)
  const touch = side === 'buy' ? 'ask' : 'bid'
  const { use, useQty, usePrice, refused } = waysFor(at)

  switch (error.code) {
    case 'INSUFFICIENT_FUNDS':
      return refused(`It needs ${money(detail('required'))} and you have ${money(detail('available'))}.${noneHeld}`, [
        useQty('Use', at.affordable),
        DEPOSIT,
      ])
    case 'INSUFFICIENT_MARGIN': {
      const less = side === 'buy' ? 'buy less' : 'sell less'
      const most = detail('maxQty') || qtyWithin(at, Number(detail('required')), Number(detail('available')))
      return refused(
        `${marginSentence(at.equity, detail('required'), detail('available'))} Close something or ${less}.`,
        [most === '' ? undefined : useQty('Max is', most, ''), DEPOSIT],
      )
    }
    case 'PRICE_BAND': {
      const { scale } = at
      const [ticks, highest] = [scale.ticks(limitPrice), scale.ticks(detail('high'))]
      const isAbove = ticks === undefined || highest === undefined ? side === 'buy' : ticks > highest
      const edge = isAbove ? detail('high') : detail('low')
      const band = isAbove ? 'above' : 'below'
      const refusal = at.deed === 'try' ? '' : ', so the exchange refused it'
      return refused(
        `${grouped(limitPrice)} is more than ${grouped(String(at.bandPercent))}% ${band} the middle of the market${refusal}.${neither}`,
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
      if (at.scale.lots(fillable) === 0) {
        return refused(
          `Nobody ${side === 'buy' ? 'sells' : 'buys'} ${name}${limitPrice === '' ? '' : ' at your price'} now.${nothing}`,
        )
      }
      const of = qty === '' ? '' : ` of ${grouped(qty)}`
      return refused(
        `Only ${grouped(fillable)}${of} are on offer${limitPrice === '' ? '' : ' up to your price'}.${nothing}`,
        [useQty(DO[side], fillable)],
      )
    }
    case 'INSUFFICIENT_POSITION': {
      const available = detail('available') || '0'
      return refused(`${holding(at, available)}${nothing}`, [
        useQty('Sell', available),
        ...(at.scale.lots(at.held) === 0
          ? [use('Buy instead', { side: 'buy' }), at.isShortable ? MARGIN : undefined]
          : at.scale.lots(available) === 0
            ? [viewed('orders')]
            : []),
      ])
    }
    case 'REDUCE_ONLY_WOULD_INCREASE': {
      const most = detail('maxQty') || '0'
      const what = qty === '' ? `can't ${side} so much` : `can't ${side} ${grouped(qty)}`
      const free = at.scale.lots(most) ?? 0
      return refused(
        free > 0
          ? `You hold ${grouped(at.held)}; reduce only ${what}.${nothing}`
          : `There is no ${name} that this could reduce.${nothing}`,
        [useQty(DO[side], most), { label: 'Without reduce only', do: 'use', draft: { reduceOnly: false } }],
      )
    }
    case 'SHORT_NOT_ALLOWED':
      return at.isMargin
        ? refused(`${name} can't be sold short.${nothing}`, [useQty('Sell', detail('maxQty'))])
        : refused(`Only an account with margin can sell what it doesn't hold.${nothing}`, [MARGIN])
    case 'STOP_WOULD_TRIGGER': {
      const last = detail('last')
      const where = last === '' ? '' : `: the last trade was at ${grouped(last)}`
      const stop = stopPrice === '' ? 'this price' : grouped(stopPrice)
      return refused(`The market has reached ${stop} already${where}.${noneHeld}`, [
        use(`${DO[side]} at market`, { type: 'market' }),
      ])
    }
    case 'MIN_NOTIONAL': {
      const least = detail('minNotional') || '1.00'
      const price = limitPrice || stopPrice || at[touch]
      return refused(`An order in ${name} is worth at least ${money(least)}.${nothing}`, [
        useQty('Use', at.scale.qty(lotsWorth(centsOf(least), at.scale.ticks(price) ?? 0, at.scale))),
      ])
    }
    case 'MAX_OPEN_ORDERS':
      return refused(`You have ${detail('max') || 'as many'} open orders in ${name}; no more are taken.${nothing}`, [
        viewed('orders'),
      ])
    case 'SELF_TRADE':
      return refused(`It would only have met your own order.${nothing}`, [viewed('orders')])
    case 'REQUEST_EXPIRED':
      return refused(`It reached the exchange too late and was not executed.${nothing}`, [
        { label: 'Send again', do: 'send', draft: {} },
      ])
    case 'MARKET_HALTED':
      return refused(haltedSentence(name))
    case 'MARKET_CLOSED':
      return refused(closedSentence(name, at.opens))
    case 'LIQUIDATING':
      return refused(
        'Your account is being liquidated: its positions are closed until what it owns covers them. Orders can be cancelled, not placed.',
        [DEPOSIT],
      )
    case 'UNAVAILABLE':
      return refused("The exchange can't take orders for the moment; prices are indicative. Nothing was executed.")
    case 'RATE_LIMITED':
      return refused(
        at.deed === 'change'
          ? 'Too much at once. Try again in a moment.'
          : 'Too many orders at once. The button says when the next one can go. Nothing was executed.',
      )
    case 'INVALID': {
      const nearest = detail('nearest')
      return refused(`${invalidSentence(error)}${nothing}`, [
        nearest === '' ? undefined : error.field === 'qty' ? useQty('Use', nearest) : usePrice(nearest, ''),
      ])
    }
    case 'ORDER_CLOSED':
      return refused(tooLate(error), [viewed(error.order?.status === 'filled' ? 'fills' : 'history')])
    case 'DUPLICATE_CLIENT_ORDER_ID':
    case 'UNAUTHENTICATED':
    case 'FORBIDDEN':
    case 'NOT_FOUND':
    case 'PAYLOAD_TOO_LARGE':
    case 'TOO_MANY_SUBSCRIPTIONS':
    case 'TIMEOUT':
    case 'INTERNAL':
      return refused(error.message, [viewed('history')])
  }
}

/** The fewest lots of at least this value; 0 without a price. */
function lotsWorth(cents: number, ticks: number, scale: Scale): number {
  const lotCents = Number(scale.valueCents(ticks, 1))
  return lotCents === 0 ? 0 : Math.ceil(cents / lotCents)
}

/** The page where an account is switched to margin. */
const MARGIN: WayOn = { label: 'Margin and short selling', do: 'go', href: '/account#money' }
const DEPOSIT: WayOn = { label: 'Deposit', do: 'go', href: '/account#money' }
const viewed = (list: ViewedList): WayOn => ({ label: 'View', do: 'view', list })

/** The quantity that the free margin covers, minus a little for market moves; empty if unknown. */
function qtyWithin({ content, scale }: AtRefusal, required: number, available: number): string {
  const lots = scale.lots(content.qty ?? '') ?? 0
  const covered = required > 0 ? Math.floor(lots * Math.min(1, available / required) * 0.995) : 0
  return covered > 0 ? scale.qty(covered) : ''
}

const TITLES = {
  place: 'Order not placed',
  change: 'Order not changed',
  try: 'Would be refused',
} as const satisfies Record<Deed, string>

function waysFor({ name, scale, deed }: AtRefusal) {
  const use = (label: string, draft: Partial<Draft>): WayOn => ({ label, do: 'use', draft })
  return {
    use,
    useQty: (verb: string, text: string, of = ` ${name}`): WayOn | undefined =>
      (scale.lots(text) ?? 0) > 0 ? use(`${verb} ${grouped(text)}${of}`, { qtyText: text, unit: 'qty' }) : undefined,
    usePrice: (text: string, what: string): WayOn | undefined =>
      (scale.ticks(text) ?? 0) > 0 ? use(`Use ${grouped(text)}${what}`, { priceText: text }) : undefined,
    refused: (text: string, waysOn: (WayOn | undefined)[] = []): Receipt => ({
      kind: 'refused',
      title: TITLES[deed],
      text,
      waysOn: waysOn.filter((way) => way !== undefined),
    }),
  }
}
