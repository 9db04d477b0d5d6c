import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { nameOf } from '@valiant/shared/protocol/order-type-name'
import type { PlaceOrderRequest } from '../../bus/exchange-request.ts'
import { readTicks, readTrailBps } from '../../feed/account/order-decimals.ts'
import type { ListedInstrument } from '../../instruments.ts'
import { foundText, invalid } from '../answering/wire-error.ts'
import { checked, forbid, needed } from './read-field.ts'

const LIMITED: readonly PlaceOrder['type'][] = ['limit', 'stop_limit']
const WITH_STOP_PRICE: readonly PlaceOrder['type'][] = ['stop', 'stop_limit']

type Prices = Pick<PlaceOrderRequest, 'limitTicks' | 'stopTicks' | 'trailTicks' | 'trailBps'>

/**
 * The prices of an order's type: a limit, a stop, or what it trails by; refuses those that the type does not have.
 * @throws {RequestFailure} INVALID, naming the field
 */
export function pricesOf(order: PlaceOrder, instrument: ListedInstrument): Prices {
  return {
    limitTicks: limitTicksOf(order, instrument),
    ...stopOf(order, instrument),
    ...trailOf(order, instrument),
  }
}

function limitTicksOf({ type, limitPrice }: PlaceOrder, instrument: ListedInstrument): number {
  const kind = nameOf(type)
  if (LIMITED.includes(type)) {
    return checked(readTicks('limitPrice', needed('limitPrice', limitPrice, `a price for ${kind}`), instrument))
  }
  forbid('limitPrice', limitPrice, `for ${kind}`)
  return 0
}

function stopOf({ type, stopPrice }: PlaceOrder, instrument: ListedInstrument): Pick<Prices, 'stopTicks'> {
  const kind = nameOf(type)
  if (WITH_STOP_PRICE.includes(type)) {
    const text = needed('stopPrice', stopPrice, `the price that triggers ${kind}`)
    return { stopTicks: checked(readTicks('stopPrice', text, instrument)) }
  }
  forbid('stopPrice', stopPrice, `for ${kind}`)
  return {}
}

function trailOf(order: PlaceOrder, instrument: ListedInstrument): Pick<Prices, 'trailTicks' | 'trailBps'> {
  const { type, trailAmount, trailPercent } = order
  if (type !== 'trailing_stop') {
    forbid('trailAmount', trailAmount, `for ${nameOf(type)}`)
    forbid('trailPercent', trailPercent, `for ${nameOf(type)}`)
    return {}
  }
  if (trailAmount === undefined) {
    const text = needed('trailAmount', trailPercent, 'trailAmount or trailPercent for a trailing stop')
    return { trailBps: checked(readTrailBps('trailPercent', text)) }
  }
  if (trailPercent !== undefined) throw bothTrails(trailPercent)
  return { trailTicks: checked(readTicks('trailAmount', trailAmount, instrument)) }
}

/** The error of an order that trails by both an amount and a percentage. */
export const bothTrails = (trailPercent: string) =>
  invalid('trailPercent', 'unknown', { expected: 'nothing beside trailAmount', found: foundText(trailPercent) })
