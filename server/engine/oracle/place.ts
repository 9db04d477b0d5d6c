import { trailingStopTicks } from './arithmetic.ts'
import type { PlaceOrder } from '../command.ts'
import type { PlaceOrderResult } from '../command-result.ts'
import type { Order } from '../state.ts'
import { midHalfTicks, payable, bandLimit, walk } from './book.ts'
import { makeLegs } from './brackets.ts'
import { closeOrder } from './closing.ts'
import { enter, type Listeners } from './matching.ts'
import { type Arrival, pathOf, refusalOf } from './refusal.ts'
import { settle } from './settle.ts'
import { accountOf, change, isStop, marketOf, type NaiveState } from './state.ts'
import { arm, initialHighWaterTicks } from './stops.ts'

/** A new order: refused and recorded, or executed with all consequences. */
export function place(state: NaiveState, listeners: Listeners, command: PlaceOrder): PlaceOrderResult {
  const order = orderOf(state, command)
  const legs = (command.takeProfit === undefined ? 0 : 1) + (command.stopLoss === undefined ? 0 : 1)
  const admission = admit(state, listeners, { order, legs, notionalCents: command.notionalCents }, () => {
    makeLegs(state, order, command)
  })
  return { kind: command.kind, ...admission }
}

type Admitted = { [Kind in PlaceOrderResult as `${Kind['ok']}`]: Omit<Kind, 'kind'> }
export type Admission = Admitted['true'] | Admitted['false']

/**
 * Accepts or refuses an order, with all consequences.
 * @param whenAccepted what happens before it trades or waits
 */
export function admit(
  state: NaiveState,
  listeners: Listeners,
  arrival: Arrival,
  whenAccepted: () => void = () => undefined,
): Admission {
  const { order } = arrival
  accountOf(state, order.account).orderNumber = order.number
  const rejection = refusalOf(state, arrival)
  if (rejection !== undefined) {
    const met = rejection.code === 'SELF_TRADE' ? pathOf(state, order, 1).own : undefined
    if (met !== undefined && order.selfTrade === 'cancel_both') closeOrder(state, met, 'canceled', 'self_trade')
    order.status = 'rejected'
    order.rejectCode = rejection.code
    order.closedAtMs = state.nowMs
    // It was never armed, so it has no high-water price and no trigger.
    if (order.type === 'trailing_stop') Object.assign(order, { highWaterTicks: 0, stopTicks: 0 })
    change(state, order)
    settle(state, listeners)
    return { ok: false, order, rejection }
  }
  const reachTicks = bandLimit(marketOf(state, order.symbol), order.side)
  state.orders.push(order)
  whenAccepted()
  const before = state.events.fills.length
  if (order.status === 'untriggered') arm(state, order)
  else {
    change(state, order)
    enter(state, listeners, order, { reachTicks })
  }
  settle(state, listeners)
  const fills = state.events.fills.slice(before).filter((fill) => isOf(fill, order))
  return { ok: true, order, fills }
}

const isOf = (fill: { account: number; orderNumber: number }, order: Order): boolean =>
  fill.account === order.account && fill.orderNumber === order.number

/** The order as it arrives: a stop as it would wait, and a notional converted to lots. */
export function orderOf(state: NaiveState, command: PlaceOrder): Order {
  const market = marketOf(state, command.symbol)
  const waits = isStop(command)
  const order: Order = {
    account: command.account,
    number: accountOf(state, command.account).orderNumber + 1,
    clientOrderId: command.clientOrderId,
    symbol: command.symbol,
    side: command.side,
    type: command.type,
    timeInForce: command.timeInForce,
    postOnly: command.postOnly,
    selfTrade: command.selfTrade,
    source: command.source,
    tag: command.tag,
    lots: command.notionalCents === undefined ? command.lots : lotsFor(state, command, command.notionalCents),
    limitTicks: command.limitTicks,
    stopTicks: command.stopTicks ?? 0,
    trailTicks: command.trailTicks ?? 0,
    trailBps: command.trailBps ?? 0,
    highWaterTicks: 0,
    expireAtMs: command.expireAtMs,
    reduceOnly: command.reduceOnly ?? false,
    role: undefined,
    parentNumber: undefined,
    groupNumber: undefined,
    arrivalMidHalfTicks: midHalfTicks(market),
    filledLots: 0,
    filledTickLots: 0,
    feeCentBps: 0,
    feesPaidCents: 0,
    heldCents: 0,
    status: waits ? 'untriggered' : 'open',
    reason: undefined,
    rejectCode: undefined,
    priority: 0,
    version: 0,
    createdAtMs: state.nowMs,
    updatedAtMs: state.nowMs,
    closedAtMs: undefined,
  }
  if (order.type !== 'trailing_stop') return order
  order.highWaterTicks = initialHighWaterTicks(state, order.symbol)
  order.stopTicks =
    order.highWaterTicks === 0 ? 0 : trailingStopTicks(order, order.highWaterTicks, market.spec.maxTicks)
  return order
}

/** The most lots inside the band that an amount pays for, or that are sold for no more. */
function lotsFor(state: NaiveState, command: PlaceOrder, cents: number): number {
  const market = marketOf(state, command.symbol)
  const { centsPerTickLot, maxLots, takerBps } = market.spec
  const path = walk(state, market, command, bandLimit(market, command.side), maxLots)
  return payable(path, cents, centsPerTickLot, command.side === 'buy' ? takerBps : 0)
}
