import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import { formatCents } from '@valiant/shared/units/cents'
import { formatSteps } from '@valiant/shared/units/decimal'
import type { Rejection } from '../../engine/state.ts'
import type { ListedInstrument } from '../../instruments.ts'

/** What the sentences say of an instrument. */
type Traded = Pick<ListedInstrument['wire'], 'symbol' | 'shortable'>
type Figures = Readonly<Record<string, string | number>>

/** A refused order as an error on the wire: what was needed and what was available, in the units of the instrument. */
export function refusal(rejection: Rejection, { wire, tick, lot }: ListedInstrument): Omit<WireError, 'order' | 'seq'> {
  const price = (ticks: number | undefined) => (ticks === undefined ? undefined : formatSteps(ticks, tick))
  const qty = (lots: number | undefined) => (lots === undefined ? undefined : formatSteps(lots, lot))
  return refusalOf(rejection.code, wire, {
    required: money(rejection.requiredCents) ?? qty(rejection.requiredLots),
    available: money(rejection.availableCents) ?? qty(rejection.availableLots),
    fillable: qty(rejection.fillableLots),
    low: price(rejection.lowTicks),
    high: price(rejection.highTicks),
    best: price(rejection.bestTicks),
    last: price(rejection.lastTicks),
    maxQty: qty(rejection.maxLots),
    minNotional: money(rejection.minCents),
    max: rejection.max,
  })
}

/** A refusal that concerns the account as a whole, in money. */
export function accountRefusal(rejection: Rejection): Omit<WireError, 'order' | 'seq'> {
  const figures = { required: money(rejection.requiredCents), available: money(rejection.availableCents) }
  const error = refusalOf(rejection.code, { symbol: '', shortable: false }, figures)
  return { ...error, message: accountSentence(rejection.code, error.details as Figures) }
}

const money = (amount: number | undefined) => (amount === undefined ? undefined : formatCents(amount))

function refusalOf(
  code: Rejection['code'],
  about: Traded,
  figures: Readonly<Record<string, string | number | undefined>>,
): Omit<WireError, 'order' | 'seq'> {
  const details: Figures = Object.fromEntries(
    Object.entries(figures).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  )
  return { code, message: sentence(code, about, details), outcome: 'not_executed', details }
}

/**
 * True both of an order that was not placed, which holds nothing, and of one that was not amended, which holds as much
 * as before.
 */
const AS_IT_WAS = 'Nothing was traded, and no more is held than before.'

function sentence(code: Rejection['code'], { symbol, shortable }: Traded, details: Figures): string {
  const { required, available, fillable, low, high, best, last, maxQty, minNotional, max } = details
  switch (code) {
    case 'INSUFFICIENT_FUNDS':
      return `The order needs ${required} USD and ${available} USD are free. ${AS_IT_WAS}`
    case 'INSUFFICIENT_MARGIN':
      return `The order needs ${required} USD of margin and ${available} USD are free. ${AS_IT_WAS}`
    case 'INSUFFICIENT_POSITION':
      return `The order sells ${required} ${symbol} and ${available} are free. Nothing was sold.`
    case 'SHORT_NOT_ALLOWED':
      if (!shortable) return `${symbol} cannot be sold short.`
      // What can be sold short is only refused to a cash account, and only as an entry: a plain sale has its own code.
      return 'An entry that sells opens a short, which a cash account cannot have: leave out takeProfit and stopLoss, or trade on margin.'
    case 'REDUCE_ONLY_WOULD_INCREASE':
      return `A reduce-only order cannot increase a position. At most ${maxQty ?? 0} ${symbol} can be closed.`
    case 'PRICE_BAND':
      return `A buy limit must be at most ${high} and a sell limit at least ${low} right now. ${AS_IT_WAS}`
    case 'STOP_WOULD_TRIGGER':
      return `The market has reached this stop price already: the last price is ${last}.`
    case 'POST_ONLY_WOULD_CROSS':
      return `At this price the order would fill at once against ${best}, and post-only forbids it.`
    case 'FOK_NOT_FILLABLE':
      return `Only ${fillable} can be filled at once, and fill-or-kill takes all or nothing.`
    case 'NO_LIQUIDITY':
      return `There is nothing in ${symbol} to trade against inside the price band.`
    case 'MIN_NOTIONAL':
      return `An order in ${symbol} must be worth at least ${minNotional} USD, and this one is worth less.`
    case 'MAX_OPEN_ORDERS':
      return `At most ${max} orders may be open in ${symbol}, legs included, and this would make more.`
    case 'SELF_TRADE':
      return 'The order would only have traded with your own resting order.'
    case 'MARKET_HALTED':
      return `${symbol} is halted: orders can be canceled, not placed or amended.`
    case 'MARKET_CLOSED':
      return `${symbol} is closed: orders can be canceled, not placed or amended.`
    case 'LIQUIDATING':
      return 'The account is being liquidated: orders can be canceled, not placed or amended.'
    default:
      return code satisfies never
  }
}

function accountSentence(code: Rejection['code'], { required, available }: Figures): string {
  if (code === 'LIQUIDATING') return 'The account is being liquidated. Nothing was changed.'
  if (code === 'INSUFFICIENT_FUNDS') return `${required} USD were asked for and ${available} USD are free.`
  return 'The account cannot do without margin while it is short or in debt, or while its open orders need more cash or quantity than it has.'
}

/** An error without an order. */
export const plainError = (code: ErrorCode, message: string, more: Partial<WireError> = {}): WireError => ({
  code,
  message,
  outcome: 'not_executed',
  ...more,
})

/** A gateway of a later version sends a request, or names an instrument, that is unknown here: not a defect. */
export const UNKNOWN_REQUEST = plainError(
  'INTERNAL',
  'The exchange that leads now does not know this request. It was not executed.',
)
