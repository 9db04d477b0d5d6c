import type { ErrorCode, WireError } from '@valiant/shared/protocol/errors'
import { formatCents } from '@valiant/shared/units/cents'
import { formatSteps } from '@valiant/shared/units/decimal'
import type { Rejection } from '../engine/state.ts'
import type { ListedInstrument } from '../instruments.ts'

/** A refused order in the wire's words: what was needed and what there is, in the figures of the instrument. */
export function refusal(rejection: Rejection, { wire, tick, lot }: ListedInstrument): Omit<WireError, 'order' | 'seq'> {
  const price = (ticks: number | undefined) => (ticks === undefined ? undefined : formatSteps(ticks, tick))
  const qty = (lots: number | undefined) => (lots === undefined ? undefined : formatSteps(lots, lot))
  const money = (amount: number | undefined) => (amount === undefined ? undefined : formatCents(amount))
  const details = compact({
    required: money(rejection.requiredCents) ?? qty(rejection.requiredLots),
    available: money(rejection.availableCents) ?? qty(rejection.availableLots),
    fillable: qty(rejection.fillableLots),
    low: price(rejection.lowTicks),
    high: price(rejection.highTicks),
    best: price(rejection.bestTicks),
    minNotional: money(rejection.minCents),
    max: rejection.max,
  })
  return {
    code: rejection.code,
    message: sentence(rejection.code, wire.symbol, details),
    outcome: 'not_executed',
    details,
  }
}

const compact = (fields: Record<string, string | number | undefined>): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  )

function sentence(code: Rejection['code'], symbol: string, details: Record<string, string | number>): string {
  const { required, available, fillable, low, high, best, minNotional, max } = details
  switch (code) {
    case 'INSUFFICIENT_FUNDS':
      return `The order needs ${required} USD and ${available} USD are free. Nothing is held.`
    case 'INSUFFICIENT_POSITION':
      return `The order sells ${required} ${symbol} and ${available} are free. Nothing was sold.`
    case 'PRICE_BAND':
      return `The price must lie between ${low} and ${high}. Nothing was traded and no money is held.`
    case 'POST_ONLY_WOULD_CROSS':
      return `At this price the order would fill at once against ${best}, and post-only forbids it.`
    case 'FOK_NOT_FILLABLE':
      return `Only ${fillable} can be filled up to this price, and fill-or-kill takes all or nothing.`
    case 'NO_LIQUIDITY':
      return `Nothing of ${symbol} is on offer inside the price band.`
    case 'MIN_NOTIONAL':
      return `The order is worth less than the ${minNotional} USD that ${symbol} asks for.`
    case 'MAX_OPEN_ORDERS':
      return `There are ${max} open orders in ${symbol} already, and no more are allowed.`
    case 'SELF_TRADE':
      return 'The order would only have traded with your own resting order.'
    case 'MARKET_HALTED':
      return `${symbol} is halted: orders can be canceled, not placed.`
    case 'MARKET_CLOSED':
      return `${symbol} is closed.`
    default:
      return code satisfies never
  }
}

/** An error that names no order. */
export const plainError = (code: ErrorCode, message: string, more: Partial<WireError> = {}): WireError => ({
  code,
  message,
  outcome: 'not_executed',
  ...more,
})
