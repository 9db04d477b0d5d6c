import type { PlaceOrder } from './command.ts'
import type { Order } from './state.ts'

/** An order as it arrives. Every order of the engine is made here, or copied below: one shape for all. */
export function newOrder(
  command: PlaceOrder,
  arrival: { readonly number: number; readonly arrivalMidHalfTicks: number; readonly timeMs: number },
): Order {
  // What a cancel or a fill touches comes first, so that it lies in the same two cache lines.
  return {
    account: command.account,
    number: arrival.number,
    side: command.side,
    lots: command.lots,
    limitTicks: command.limitTicks,
    filledLots: 0,
    heldCents: 0,
    status: 'open',
    reason: undefined,
    version: 1,
    updatedAtMs: arrival.timeMs,
    closedAtMs: undefined,
    postOnly: command.postOnly,
    feeCentBps: 0,
    feesPaidCents: 0,
    filledTickLots: 0,
    clientOrderId: command.clientOrderId,
    symbol: command.symbol,
    type: command.type,
    timeInForce: command.timeInForce,
    selfTrade: command.selfTrade,
    source: command.source,
    tag: command.tag,
    arrivalMidHalfTicks: arrival.arrivalMidHalfTicks,
    rejectCode: undefined,
    priority: 0,
    createdAtMs: arrival.timeMs,
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
