import type { PlaceOrder } from './command.ts'
import type { Order } from './state.ts'

/** An order as it arrives. Every order of the engine is made here, or copied below: one shape for all. */
export function newOrder(
  command: PlaceOrder,
  arrival: { readonly number: number; readonly arrivalMidHalfTicks: number; readonly timeMs: number },
): Order {
  return {
    account: command.account,
    number: arrival.number,
    clientOrderId: command.clientOrderId,
    symbol: command.symbol,
    side: command.side,
    type: command.type,
    timeInForce: command.timeInForce,
    postOnly: command.postOnly,
    selfTrade: command.selfTrade,
    source: command.source,
    tag: command.tag,
    lots: command.lots,
    limitTicks: command.limitTicks,
    arrivalMidHalfTicks: arrival.arrivalMidHalfTicks,
    filledLots: 0,
    filledTickLots: 0,
    feeCentBps: 0,
    feesPaidCents: 0,
    heldCents: 0,
    status: 'open',
    reason: undefined,
    rejectCode: undefined,
    priority: 0,
    version: 1,
    createdAtMs: arrival.timeMs,
    updatedAtMs: arrival.timeMs,
    closedAtMs: undefined,
  }
}

/** A stored order as one of the engine's own. */
export function orderFrom(stored: Order): Order {
  const { account, number, clientOrderId, symbol, side, type, timeInForce, postOnly, selfTrade, source, tag } = stored
  const { lots, limitTicks, arrivalMidHalfTicks, createdAtMs } = stored
  const command = { kind: 'order.place', account, clientOrderId, symbol, side, type, lots, limitTicks } as const
  const rules = { timeInForce, postOnly, selfTrade, source }
  const order = newOrder(
    { ...command, ...rules, ...(tag === undefined ? {} : { tag }) },
    { number, arrivalMidHalfTicks, timeMs: createdAtMs },
  )
  order.filledLots = stored.filledLots
  order.filledTickLots = stored.filledTickLots
  order.feeCentBps = stored.feeCentBps
  order.feesPaidCents = stored.feesPaidCents
  order.heldCents = stored.heldCents
  order.status = stored.status
  order.reason = stored.reason
  order.rejectCode = stored.rejectCode
  order.priority = stored.priority
  order.version = stored.version
  order.updatedAtMs = stored.updatedAtMs
  order.closedAtMs = stored.closedAtMs
  return order
}
