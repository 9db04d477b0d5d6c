import type { Cascade } from './cascade.ts'
import type { AmendOrder, PlaceOrder } from './command.ts'
import type { AmendOrderResult } from './command-result.ts'
import type { Fill } from './event.ts'
import type { EventLog } from './event-log.ts'
import type { Execution } from './execution.ts'
import type { OpenOrder } from './open-order.ts'
import { type DeskParts, openOrderOf } from './order-desk.ts'
import type { Portfolio } from './portfolio.ts'
import { closedRejectionOf, rejectionOf } from './risk/rejection.ts'
import { replacingRequestOf } from './risk/request.ts'
import type { Order, Rejection } from './state.ts'
import { trailedStopTicks } from './triggers/trailing.ts'
import type { WorkingOrders } from './working-orders.ts'

/** The fields that an amend may change. */
type Terms = Pick<Order, 'lots' | 'limitTicks' | 'stopTicks' | 'trailTicks' | 'trailBps'>
type Field = keyof Terms

const FIELDS: readonly Field[] = ['lots', 'limitTicks', 'stopTicks', 'trailTicks', 'trailBps']
const NO_FILLS: readonly Fill[] = []

/** Changes open orders, entirely or not at all. */
export class AmendDesk {
  private readonly log: EventLog
  private readonly working: WorkingOrders
  private readonly execution: Execution
  private readonly cascade: Cascade
  private readonly openOrdersMax: number

  constructor({ log, working, execution, cascade }: DeskParts, openOrdersMax: number) {
    this.log = log
    this.working = working
    this.execution = execution
    this.cascade = cascade
    this.openOrdersMax = openOrdersMax
  }

  amend(portfolio: Portfolio, command: AmendOrder, timeMs: number): AmendOrderResult {
    this.log.begin(portfolio, 'amend')
    const order = openOrderOf(portfolio, command.order)
    if (order === undefined) return { kind: 'order.amend', ok: false, code: 'NOT_FOUND' }
    const field = FIELDS.find((name) => command[name] !== undefined && !has(order, name))
    if (field !== undefined) return { kind: 'order.amend', ok: false, code: 'NOT_AMENDABLE', order, field }

    const terms = amended(order, command)
    const changed = FIELDS.filter((name) => terms[name] !== order[name])
    if (changed.length === 0) return accepted(order, NO_FILLS, { priorityKept: true })
    const closed = closedRejectionOf(portfolio, order.market)
    if (closed !== undefined) return refused(order, closed)
    if (terms.lots <= order.filledLots) {
      this.working.cancel(order, 'user', timeMs)
      return accepted(order, NO_FILLS, { priorityKept: true })
    }
    if (changed.length === 1 && terms.lots < order.lots) {
      this.working.reduceTo(order, terms.lots)
      this.report(order, timeMs)
      return accepted(order, NO_FILLS, { priorityKept: true })
    }
    return this.replace(order, terms, timeMs)
  }

  /** For anything but fewer lots: the order arrives again at the back, or a held leg just keeps its new terms. */
  private replace(order: OpenOrder, terms: Terms, timeMs: number): AmendOrderResult {
    const rejection = order.status === 'held' ? aboveBookRejectionOf(order, terms) : this.rejectionOf(order, terms)
    if (rejection !== undefined) return refused(order, rejection)
    const fillsBefore = order.portfolio.account.fillNumber
    const { status } = order
    if (status !== 'held') this.working.withdraw(order)
    Object.assign(order, terms)
    if (status === 'untriggered') this.working.arm(order)
    else if (status !== 'held') this.execution.carryOut(order, order.limitTicks, timeMs)
    this.report(order, timeMs)
    this.working.closeLegs(order, timeMs)
    this.cascade.run(timeMs)
    const fills = this.log.fillsOf(order).filter(({ number }) => number > fillsBefore)
    return accepted(order, fills, { priorityKept: status === 'held' })
  }

  /** Held legs have as many lots as their entry. */
  private report(order: OpenOrder, timeMs: number): void {
    this.working.change(order, timeMs)
    if (order.role !== undefined || order.group === undefined) return
    for (const leg of order.group.legs) {
      if (leg.status !== 'held' || leg.lots === order.lots) continue
      leg.lots = order.lots
      this.working.change(leg, timeMs)
    }
  }

  private rejectionOf(order: OpenOrder, terms: Terms): Rejection | undefined {
    return rejectionOf(replacingRequestOf(order, commandOf(order, terms), this.openOrdersMax))
  }
}

/** Whether an order has this field and an amend may change it. */
function has({ type, status, role }: OpenOrder, field: Field): boolean {
  switch (field) {
    case 'lots':
      return role === undefined
    case 'limitTicks':
      return type === 'limit' || type === 'stop_limit'
    case 'stopTicks':
      return type === 'stop' || (type === 'stop_limit' && (status === 'untriggered' || status === 'held'))
    case 'trailTicks':
    case 'trailBps':
      return type === 'trailing_stop'
    default:
      return field satisfies never
  }
}

/** The order's new terms; one kind of trail replaces the other. */
function amended(order: OpenOrder, command: AmendOrder): Terms {
  const isNewTrail = command.trailTicks !== undefined || command.trailBps !== undefined
  const trailTicks = isNewTrail ? (command.trailTicks ?? 0) : order.trailTicks
  const trailBps = isNewTrail ? (command.trailBps ?? 0) : order.trailBps
  const { side, highWaterTicks, market } = order
  const followed =
    highWaterTicks === 0
      ? order.stopTicks
      : trailedStopTicks({ side, trailTicks, trailBps }, highWaterTicks, market.book.maxTicks)
  return {
    lots: command.lots ?? order.lots,
    limitTicks: command.limitTicks ?? order.limitTicks,
    stopTicks: command.stopTicks ?? followed,
    trailTicks,
    trailBps,
  }
}

/** The rest of the order under its new terms as if it were new; once triggered, it is a limit order. */
function commandOf(order: OpenOrder, terms: Terms): PlaceOrder {
  const { account, clientOrderId, symbol, side, type, status, timeInForce, postOnly, reduceOnly, selfTrade, source } =
    order
  const { lots, limitTicks, stopTicks, trailTicks, trailBps } = terms
  return {
    kind: 'order.place',
    account,
    clientOrderId,
    symbol,
    side,
    type: status === 'untriggered' ? type : 'limit',
    lots: lots - order.filledLots,
    limitTicks,
    ...(type === 'trailing_stop' ? { trailTicks, trailBps } : { stopTicks }),
    timeInForce,
    postOnly,
    reduceOnly,
    selfTrade,
    source,
  }
}

/** A held leg is checked against the market only when it becomes active. */
function aboveBookRejectionOf({ market }: OpenOrder, { limitTicks, stopTicks }: Terms): Rejection | undefined {
  if (Math.max(limitTicks, stopTicks) <= market.book.maxTicks) return undefined
  return { code: 'PRICE_BAND', lowTicks: market.bandLowTicks, highTicks: market.bandHighTicks }
}

const accepted = (order: Readonly<Order>, fills: readonly Fill[], { priorityKept }: { priorityKept: boolean }) =>
  ({ kind: 'order.amend', ok: true, order, fills, priorityKept }) as const

const refused = (order: Readonly<Order>, rejection: Rejection) =>
  ({ kind: 'order.amend', ok: false, code: 'REJECTED', order, rejection }) as const
