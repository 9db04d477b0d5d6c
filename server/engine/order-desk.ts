import type { Cascade } from './cascade.ts'
import { ownOrderMet } from './book/book-walk.ts'
import { makeExits, oppositeOf } from './brackets/legs.ts'
import type { CancelAllOrders, CancelOrder, OrderReference } from './command.ts'
import type { CancelAllOrdersResult, CancelOrderResult, PlaceOrderResult } from './command-result.ts'
import type { Fill } from './event.ts'
import { isProtective } from './dead-men.ts'
import type { EventLog } from './event-log.ts'
import type { Execution } from './execution.ts'
import type { Market } from './market.ts'
import { OpenOrder } from './open-order.ts'
import type { Portfolio } from './portfolio.ts'
import { rejectionOf, waits } from './risk/rejection.ts'
import type { Request } from './risk/request.ts'
import type { Rejection } from './state.ts'
import { assertWellFormed } from './well-formed.ts'
import type { WorkingOrders } from './working-orders.ts'

const NO_FILLS: readonly Fill[] = []

/** The parts that all desks share. */
export interface DeskParts {
  readonly log: EventLog
  readonly working: WorkingOrders
  readonly execution: Execution
  readonly cascade: Cascade
}

/** Places and cancels users' orders. Each public method that takes a command is one operation. */
export class OrderDesk {
  private readonly log: EventLog
  private readonly working: WorkingOrders
  private readonly execution: Execution
  private readonly cascade: Cascade

  constructor({ log, working, execution, cascade }: DeskParts) {
    this.log = log
    this.working = working
    this.execution = execution
    this.cascade = cascade
  }

  place(request: Request, timeMs: number): PlaceOrderResult {
    const { portfolio } = request
    this.log.begin(portfolio, 'order')
    assertWellFormed(request)
    const rejection = rejectionOf(request)
    const order = this.receive(request, timeMs)
    if (rejection !== undefined) return this.reject(request, order, rejection)
    return { kind: 'order.place', ok: true, order, fills: this.admit(request, order, timeMs) }
  }

  /**
   * Places an order without checking whether the account can afford it.
   * @returns its fills; the order itself is reported by an event
   */
  placeUnchecked(request: Request, timeMs: number): { readonly order: OpenOrder; readonly fills: readonly Fill[] } {
    const order = this.receive(request, timeMs)
    return { order, fills: this.admit(request, order, timeMs) }
  }

  cancel(portfolio: Portfolio, { order: reference }: CancelOrder, timeMs: number): CancelOrderResult {
    this.log.begin(portfolio, 'cancel')
    const order = openOrderOf(portfolio, reference)
    if (order === undefined) return { kind: 'order.cancel', ok: false, code: 'NOT_FOUND' }
    this.working.cancel(order, 'user', timeMs)
    return { kind: 'order.cancel', ok: true, order }
  }

  cancelAll(portfolio: Portfolio, command: CancelAllOrders, timeMs: number): CancelAllOrdersResult {
    const { kind, symbol, side, abandoned = false } = command
    this.log.begin(portfolio, 'cancel')
    const isChosen = (order: OpenOrder) =>
      (symbol ?? order.symbol) === order.symbol &&
      (side ?? order.side) === order.side &&
      !(abandoned && isProtective(order))
    const reason = abandoned ? 'dead_man' : 'cancel_all'
    return { kind, ok: true, orders: this.working.cancelOpen(portfolio, reason, timeMs, isChosen) }
  }

  /** Cancels all users' orders in a market, for the operator. */
  clear(market: Market, portfolios: readonly Portfolio[], timeMs: number): void {
    for (const portfolio of portfolios) {
      this.log.begin(portfolio, 'system')
      this.working.cancelOpen(portfolio, 'halt', timeMs, (order) => order.market === market)
    }
  }

  /** Refuses an order. If it would have met one of its own account, `cancel_both` cancels that one, too. */
  reject({ command, market, worstTicks: limitTicks }: Request, order: OpenOrder, rejection: Rejection) {
    order.status = 'rejected'
    order.rejectCode = rejection.code
    if (rejection.code === 'SELF_TRADE' && command.selfTrade === 'cancel_both') {
      const met = ownOrderMet(market.book, { side: command.side, limitTicks, owner: command.account })
      const own = market.openOrders[met]
      if (own !== undefined) this.working.cancel(own, 'self_trade', order.createdAtMs)
    }
    this.log.orders.push(order)
    return { kind: 'order.place', ok: false, order, rejection } as const
  }

  /** Creates an order with the account's next number. */
  receive({ command, market, portfolio, lots }: Request, timeMs: number): OpenOrder {
    const order = new OpenOrder(command, ++portfolio.account.orderNumber, portfolio, market, timeMs)
    order.lots = lots
    this.log.touch(portfolio)
    return order
  }

  /** Executes an accepted order, with all consequences. */
  private admit(request: Request, order: OpenOrder, timeMs: number): readonly Fill[] {
    const { command, worstTicks } = request
    const hasLegs = command.takeProfit !== undefined || command.stopLoss !== undefined
    if (hasLegs) this.makeLegs(request, order, timeMs)
    let fills = NO_FILLS
    if (waits(command.type)) this.working.arm(order)
    else fills = this.execution.carryOut(order, worstTicks, timeMs)
    this.log.orders.push(order)
    if (hasLegs) this.working.closeLegs(order, timeMs)
    this.cascade.run(timeMs)
    return order.filledLots > filledBy(fills) ? this.log.fillsOf(order) : fills
  }

  private makeLegs({ command, portfolio, market }: Request, entry: OpenOrder, timeMs: number): void {
    const { takeProfit, stopLoss, selfTrade, source, tag } = command
    const side = oppositeOf(command.side)
    const exits = { portfolio, market, side, lots: entry.lots, takeProfit, stopLoss, selfTrade, source, tag }
    for (const leg of makeExits(exits, timeMs, entry)) {
      leg.status = 'held'
      this.working.open(leg)
      this.working.report(leg)
    }
  }
}

/** The open order that a reference identifies. */
export const openOrderOf = (portfolio: Portfolio, reference: OrderReference): OpenOrder | undefined =>
  'number' in reference ? portfolio.openOrder(reference.number) : portfolio.openOrderByClientId(reference.clientOrderId)

/** Plain orders have all their fills at once; one that rested may have been filled by what it triggered. */
const filledBy = (fills: readonly Fill[]): number => {
  let lots = 0
  for (const fill of fills) lots += fill.lots
  return lots
}
