import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { ORDER_VALID_MS } from '@valiant/shared/protocol/limits'
import { ORDER_FIELDS_NOT_SERVED } from '@valiant/shared/protocol/requests'
import { formatSteps, parseSteps, type Step } from '@valiant/shared/units/decimal'
import type { PlaceOrderRequest } from '../../bus/exchange-request.ts'
import type { ListedInstrument } from '../../instruments.ts'
import { foundText, invalid } from '../wire-error.ts'
import { type InstrumentOf, unknownSymbol } from './history.ts'
import { accountOf, type Requester } from './request.ts'

/** Of a market order, in which a rest cannot stay. */
const MARKET_TIMES_IN_FORCE: readonly string[] = ['ioc', 'fok']

/**
 * An order in ticks and lots, defaults filled in.
 * @throws {RequestFailure} INVALID, for the first field that its instrument or the other fields do not allow
 */
export function orderRequestOf(
  event: PlaceOrderRequest['event'],
  order: PlaceOrder,
  { requester, instrumentOf }: { requester: Requester; instrumentOf: InstrumentOf },
): PlaceOrderRequest {
  const instrument = instrumentOf(order.symbol)
  if (instrument === undefined) throw unknownSymbol(order.symbol)
  assertServed(order)
  const type = typeOf(order, instrument)
  const timeInForce = timeInForceOf(order, instrument)
  if (type === 'market' && order.postOnly === true) {
    throw invalid('postOnly', 'unknown', { expected: 'false for a market order, which never rests', found: 'true' })
  }
  return {
    event,
    account: accountOf(requester),
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    type,
    lots: lotsOf(order, instrument),
    limitTicks: limitTicksOf(order, instrument),
    timeInForce,
    postOnly: order.postOnly ?? false,
    selfTrade: order.selfTrade ?? 'cancel_maker',
    source: requester.source,
    ...(order.tag !== undefined && { tag: soundTag(order.tag) }),
    validUntilMs: order.validUntil ?? requester.receivedAtMs + ORDER_VALID_MS,
  }
}

/** `reduceOnly: false` asks for nothing that is not served. */
function assertServed(order: PlaceOrder): void {
  for (const field of ORDER_FIELDS_NOT_SERVED) {
    if (order[field] === undefined || order[field] === false) continue
    throw invalid(field, 'unknown', { expected: 'nothing, since this field is not served yet' })
  }
}

function typeOf({ type }: PlaceOrder, { wire }: ListedInstrument): PlaceOrderRequest['type'] {
  if ((type === 'market' || type === 'limit') && wire.orderTypes.includes(type)) return type
  throw invalid('type', 'unknown', {
    expected: `one of ${wire.orderTypes.join(', ')}, since no other is served yet`,
    found: type,
  })
}

function timeInForceOf(order: PlaceOrder, { wire }: ListedInstrument): PlaceOrderRequest['timeInForce'] {
  const isMarket = order.type === 'market'
  const timeInForce = order.timeInForce ?? (isMarket ? 'ioc' : 'gtc')
  const allowed = wire.timesInForce.filter((one) => !isMarket || MARKET_TIMES_IN_FORCE.includes(one))
  if (timeInForce !== 'day' && timeInForce !== 'gtd' && allowed.includes(timeInForce)) return timeInForce
  throw invalid('timeInForce', 'unknown', {
    expected: `one of ${allowed.join(', ')} for a ${order.type} order${isMarket ? '' : ', since no other is served yet'}`,
    found: timeInForce,
  })
}

function lotsOf({ qty }: PlaceOrder, { lot, spec, wire }: ListedInstrument): number {
  if (qty === undefined) throw invalid('qty', 'required', { expected: 'a quantity', found: 'nothing' })
  const lots = stepsOf('qty', qty, { step: lot, rule: 'lot', size: wire.lotSize, max: spec.maxLots })
  if (lots < spec.minLots) throw invalid('qty', 'min', { expected: `at least ${wire.minQty}`, found: `"${qty}"` })
  return lots
}

function limitTicksOf({ type, limitPrice }: PlaceOrder, { tick, spec, wire }: ListedInstrument): number {
  if (type === 'market') {
    if (limitPrice === undefined) return 0
    throw invalid('limitPrice', 'unknown', { expected: 'nothing for a market order', found: `"${limitPrice}"` })
  }
  if (limitPrice === undefined) {
    throw invalid('limitPrice', 'required', { expected: 'a price for a limit order', found: 'nothing' })
  }
  const ticks = stepsOf('limitPrice', limitPrice, { step: tick, rule: 'tick', size: wire.tickSize, max: spec.maxTicks })
  if (ticks > 0) return ticks
  throw invalid('limitPrice', 'min', { expected: `at least ${wire.tickSize}`, found: `"${limitPrice}"` })
}

/** A decimal as whole steps of at most `max`. */
function stepsOf(
  field: string,
  text: string,
  { step, rule, size, max }: { step: Step; rule: 'tick' | 'lot'; size: string; max: number },
): number {
  const parsed = parseSteps(text, step)
  const found = foundText(text)
  if (parsed.ok && parsed.value <= max) return parsed.value
  if (parsed.ok || parsed.rule === 'max') {
    throw invalid(field, 'max', { expected: `at most ${formatSteps(max, step)}`, found })
  }
  if (parsed.rule === 'format') throw invalid(field, 'format', { expected: 'a decimal such as "101.25"', found })
  throw invalid(field, rule, {
    expected: `a multiple of ${size}`,
    found,
    ...(parsed.nearest !== undefined && { nearest: parsed.nearest }),
  })
}

/** Text that the database and every log can hold: no control characters, no half characters. */
function soundTag(tag: string): string {
  if (tag.isWellFormed() && !/\p{Cc}/u.test(tag)) return tag
  throw invalid('tag', 'format', { expected: 'up to 64 characters, without control characters' })
}
