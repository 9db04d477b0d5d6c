import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { EXPIRE_AHEAD_MS_MAX } from '@valiant/shared/protocol/limits'
import { nameOf } from '@valiant/shared/protocol/order-type-name'
import type { PlaceOrderRequest } from '../../bus/exchange-request.ts'
import type { ListedInstrument } from '../../instruments.ts'
import { foundText, invalid } from '../answering/wire-error.ts'
import { forbid } from './read-field.ts'

type TimeInForce = PlaceOrderRequest['timeInForce']

/** For orders that stay until they are filled or expire. */
const RESTING: readonly TimeInForce[] = ['gtc', 'day', 'gtd']
const ALLOWED: Readonly<Record<PlaceOrder['type'], readonly TimeInForce[]>> = {
  market: ['ioc', 'fok'],
  limit: ['gtc', 'ioc', 'fok', 'day', 'gtd'],
  stop: RESTING,
  stop_limit: [...RESTING, 'ioc'],
  trailing_stop: RESTING,
}

/**
 * How long an order stays, and whether it may take liquidity. The exchange, not the gateway, checks that `expireAt` has
 * not passed, so that a late repeat still gets the first answer.
 * @throws {RequestFailure} INVALID, naming the field
 */
export function timeInForceOf(
  order: PlaceOrder,
  { wire }: ListedInstrument,
  receivedAtMs: number,
): Pick<PlaceOrderRequest, 'timeInForce' | 'expireAtMs' | 'postOnly'> {
  const { type, timeInForce = type === 'market' ? 'ioc' : 'gtc', postOnly = false } = order
  const allowed = ALLOWED[type].filter((one) => wire.timesInForce.includes(one))
  if (!allowed.includes(timeInForce)) {
    const expected = `one of ${allowed.join(', ')} for ${nameOf(type)}`
    throw invalid('timeInForce', 'unknown', { expected, found: foundText(timeInForce) })
  }
  if (type !== 'limit') forbid('postOnly', postOnly, `for ${nameOf(type)}`)
  else if (!RESTING.includes(timeInForce))
    forbid('postOnly', postOnly, `for ${article(timeInForce)} ${timeInForce} order, which never rests`)
  return { timeInForce, ...expiryOf(order.expireAt, timeInForce, receivedAtMs), postOnly }
}

function expiryOf(
  expireAt: number | undefined,
  timeInForce: TimeInForce,
  receivedAtMs: number,
): Pick<PlaceOrderRequest, 'expireAtMs'> {
  if (timeInForce !== 'gtd') {
    forbid('expireAt', expireAt, `for ${article(timeInForce)} ${timeInForce} order`)
    return {}
  }
  if (expireAt === undefined) {
    throw invalid('expireAt', 'required', { expected: 'the time at which a gtd order ends', found: 'nothing' })
  }
  if (expireAt > receivedAtMs + EXPIRE_AHEAD_MS_MAX) {
    throw invalid('expireAt', 'max', { expected: 'a time at most a year from now', found: String(expireAt) })
  }
  return { expireAtMs: expireAt }
}

/** As the letters are read out: an ioc, an fok, a gtc order. */
const article = (timeInForce: TimeInForce): string => (RESTING.includes(timeInForce) ? 'a' : 'an')
