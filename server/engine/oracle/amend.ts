import { trailingStopTicks } from './arithmetic.ts'
import type { AmendOrder } from '../command.ts'
import type { AmendOrderResult } from '../command-result.ts'
import type { Order } from '../state.ts'
import { bandLimit } from './book.ts'
import { closeOrder, legsOf, takeOut } from './closing.ts'
import { referredTo } from './cancel.ts'
import { enter, type Listeners } from './matching.ts'
import { marketRefusal, refusalOf } from './refusal.ts'
import { settle } from './settle.ts'
import { change, hasLimit, marketOf, type NaiveState } from './state.ts'
import { arm } from './stops.ts'

const FIELDS = ['lots', 'limitTicks', 'stopTicks', 'trailTicks', 'trailBps'] as const
type Field = (typeof FIELDS)[number]

/** Changes an order in place, or as a new arrival. */
export function amend(state: NaiveState, listeners: Listeners, command: AmendOrder): AmendOrderResult {
  const { kind } = command
  const order = referredTo(state, command.account, command.order)
  if (order === undefined) return { kind, ok: false, code: 'NOT_FOUND' }
  const field = FIELDS.find((name) => command[name] !== undefined && !hasField(order, name))
  if (field !== undefined) return { kind, ok: false, code: 'NOT_AMENDABLE', order, field }

  const amended = amendedOf(state, order, command)
  const changed = FIELDS.filter((name) => amended[name] !== order[name])
  const done = (priorityKept: boolean, before = state.events.fills.length) => {
    settle(state, listeners)
    const fills = state.events.fills
      .slice(before)
      .filter((fill) => fill.account === order.account && fill.orderNumber === order.number)

    return { kind, ok: true, order, fills, priorityKept } as const
  }
  if (changed.length === 0) return done(true)
  const closed = marketRefusal(state, order)
  if (closed !== undefined) return { kind, ok: false, code: 'REJECTED', order, rejection: closed }
  if (amended.lots <= order.filledLots) {
    closeOrder(state, order, 'canceled', 'user')
    return done(true)
  }
  const isFewerLots = changed.every((name) => name === 'lots') && amended.lots < order.lots
  if (order.status === 'held' || isFewerLots) {
    write(state, order, amended)
    return done(true)
  }
  const rejection = refusalOf(state, { order: amended, gone: [order], isAmend: true })
  if (rejection !== undefined) return { kind, ok: false, code: 'REJECTED', order, rejection }
  const before = state.events.fills.length
  write(state, order, amended)
  if (order.status === 'untriggered') arm(state, order)
  else {
    const reachTicks = bandLimit(marketOf(state, order.symbol), order.side)
    takeOut(state, order)
    enter(state, listeners, order, { reachTicks })
  }
  return done(false, before)
}

function hasField(order: Order, field: Field): boolean {
  switch (field) {
    case 'lots':
      return order.role === undefined && order.status !== 'held'
    case 'limitTicks':
      return hasLimit(order)
    case 'stopTicks':
      return (order.type === 'stop' || order.type === 'stop_limit') && waits(order)
    case 'trailTicks':
    case 'trailBps':
      return order.type === 'trailing_stop' && waits(order)
  }
}

const waits = ({ status }: Order): boolean => status === 'held' || status === 'untriggered'

/** The order with its new terms: a new trail replaces the old one, and the high-water price stays. */
function amendedOf(state: NaiveState, order: Order, command: AmendOrder): Order {
  const amended = { ...order }
  for (const name of FIELDS) amended[name] = command[name] ?? order[name]
  if (command.trailTicks !== undefined) amended.trailBps = 0
  if (command.trailBps !== undefined) amended.trailTicks = 0
  if (order.highWaterTicks > 0) {
    amended.stopTicks = trailingStopTicks(amended, order.highWaterTicks, marketOf(state, order.symbol).spec.maxTicks)
  }
  return amended
}

function write(state: NaiveState, order: Order, amended: Order): void {
  const isOther = amended.lots !== order.lots
  for (const name of FIELDS) order[name] = amended[name]
  change(state, order)
  for (const leg of legsOf(state, order)) {
    if (!isOther || leg.status !== 'held') continue
    leg.lots = order.lots
    change(state, leg)
  }
}
