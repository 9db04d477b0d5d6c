import { trailingStopTicks } from './arithmetic.ts'
import type { ClosePosition, ProtectPosition } from '../command.ts'
import type { ClosePositionResult, ProtectPositionResult } from '../command-result.ts'
import type { Order } from '../state.ts'
import { midHalfTicks } from './book.ts'
import { exitsOf } from './brackets.ts'
import { closeOrder } from './closing.ts'
import { holdersNewestFirst } from './holds.ts'
import { enter, type Listeners } from './matching.ts'
import { admit, orderOf } from './place.ts'
import { freeLots } from './reduce-only.ts'
import { marketRefusal, refusalOf } from './refusal.ts'
import { settle } from './settle.ts'
import { accountOf, change, isAwake, isOpen, lotsHeld, marketOf, type NaiveState, ordersOf } from './state.ts'
import { arm, initialHighWaterTicks, tighter } from './stops.ts'

/** Replaces the exits of a position, or changes nothing. */
export function protect(state: NaiveState, listeners: Listeners, command: ProtectPosition): ProtectPositionResult {
  const { kind, account, symbol } = command
  const position = lotsHeld(state, account, symbol)
  const earlier = ordersOf(state, account, symbol).filter((order) => order.role !== undefined && isAwake(order))
  const isRemoval = command.takeProfit === undefined && command.stopLoss === undefined
  const shut = isRemoval ? undefined : marketRefusal(state, command)
  if (shut !== undefined) {
    return { kind, ok: false, rejection: shut, role: command.takeProfit === undefined ? 'stop_loss' : 'take_profit' }
  }
  if (position === 0 && !isRemoval) {
    return { kind, ok: false, rejection: { code: 'REDUCE_ONLY_WOULD_INCREASE', maxLots: 0 }, role: undefined }
  }
  const owner = accountOf(state, account)
  const number = owner.orderNumber + 1
  const shape = {
    account,
    symbol,
    side: position > 0 ? 'sell' : 'buy',
    lots: command.lots ?? Math.abs(position),
  } as const
  const rules = { selfTrade: 'cancel_maker', source: command.source, tag: undefined, status: 'open' } as const
  const exits = exitsOf(state, { ...shape, ...rules, groupNumber: number }, number, command)
  for (const exit of exits) if (exit.role === 'stop_loss') exit.status = 'untriggered'
  for (const [at, exit] of exits.entries()) {
    const order = exit.type === 'trailing_stop' ? waitingFrom(state, exit) : exit
    const rejection = refusalOf(state, { order, gone: earlier, legs: at })
    if (rejection !== undefined) return { kind, ok: false, rejection, role: exit.role }
  }
  for (const order of earlier) closeOrder(state, order, 'canceled', 'replaced')
  owner.orderNumber += exits.length
  state.orders.push(...exits)
  const arrivalMidHalfTicks = midHalfTicks(marketOf(state, symbol))
  for (const exit of exits) {
    // The high-water price starts with the last trade at the time of arming: its sibling may trade before.
    Object.assign(exit, { arrivalMidHalfTicks })
    change(state, exit)
  }
  for (const exit of exits) {
    if (!isOpen(exit)) continue
    if (exit.status === 'untriggered') arm(state, exit)
    else enter(state, listeners, exit)
  }
  settle(state, listeners)
  const of = (role: Order['role']) => exits.find((exit) => exit.role === role)
  return { kind, ok: true, takeProfit: of('take_profit'), stopLoss: of('stop_loss') }
}

/** A trailing exit as it would wait now. */
function waitingFrom(state: NaiveState, exit: Order): Order {
  const highWaterTicks = tighter(exit, initialHighWaterTicks(state, exit.symbol))
  if (highWaterTicks === 0) return exit
  const { maxTicks } = marketOf(state, exit.symbol).spec
  return { ...exit, highWaterTicks, stopTicks: trailingStopTicks(exit, highWaterTicks, maxTicks) }
}

/** Closes a position at market; orders that hold too much of it are canceled first. */
export function closePosition(state: NaiveState, listeners: Listeners, command: ClosePosition): ClosePositionResult {
  const { kind, account, symbol, source } = command
  const position = lotsHeld(state, account, symbol)
  const lots = command.lots ?? Math.abs(position)
  const number = accountOf(state, account).orderNumber + 1
  const order = orderOf(state, {
    kind: 'order.place',
    account,
    clientOrderId: `#${number}`,
    symbol,
    side: position < 0 ? 'buy' : 'sell',
    type: 'market',
    lots,
    limitTicks: 0,
    timeInForce: 'ioc',
    postOnly: false,
    reduceOnly: true,
    selfTrade: 'cancel_maker',
    source,
  })
  const binders = holdersNewestFirst(state, account, symbol)
  const gone: Order[] = []
  while (lots > freeLots(state, order, gone) || (lots >= Math.abs(position) && gone.length < binders.length)) {
    const next = binders[gone.length]
    if (next === undefined) break
    gone.push(next)
  }
  const admission = admit(state, listeners, { order, gone }, () => {
    for (const binder of gone) closeOrder(state, binder, 'canceled', 'reduce_only')
    Object.assign(order, { arrivalMidHalfTicks: midHalfTicks(marketOf(state, symbol)) })
  })
  return { kind, ...admission }
}
