import { assert } from './assert.ts'
import { NONE } from './book/book.ts'
import { ownOrderMet } from './book/reach.ts'
import type { CancelAllOrders, CancelOrder } from './command.ts'
import type { CancelAllOrdersResult, CancelOrderResult, PlaceOrderResult } from './command-result.ts'
import type { Fill } from './event.ts'
import type { EventLog } from './event-log.ts'
import type { Matching } from './matching.ts'
import { OpenOrder } from './open-order.ts'
import type { Portfolio } from './portfolio.ts'
import { bind, releaseRest } from './risk/holds.ts'
import { mayRest, reachingOf, rejectionOf, type Request } from './risk/rejection.ts'
import type { CancelReason, Rejection } from './state.ts'

const NO_FILLS: readonly Fill[] = []

/** Takes the users' orders: guards, match, and what becomes of the rest. Each public method is one operation. */
export class OrderDesk {
  private readonly log: EventLog
  private readonly matching: Matching
  /** The last number given to an order that took its place in a book. */
  private priority = 0

  constructor(log: EventLog, matching: Matching) {
    this.log = log
    this.matching = matching
  }

  place(request: Request, timeMs: number): PlaceOrderResult {
    const { command, market, portfolio } = request
    assertWellFormed(request)
    const rejection = rejectionOf(request)
    const number = ++portfolio.account.orderNumber
    const arrivalMidHalfTicks = market.twoSidedMidHalfTicks
    const order = new OpenOrder(command, { number, timeMs, arrivalMidHalfTicks, portfolio, market })
    this.log.touch(portfolio)
    if (rejection !== undefined) return this.reject(request, order, rejection)

    const fills = this.crossesBook(request) ? this.fill(request, order, timeMs) : NO_FILLS
    if (order.remainingLots === 0) close(order, 'filled', undefined, timeMs)
    else if (order.status !== 'canceled') this.leaveRest(request, order, timeMs)
    this.log.orders.push(order)
    this.log.endOperation()
    return { kind: 'order.place', ok: true, order, fills }
  }

  cancel(portfolio: Portfolio, { order: reference }: CancelOrder, timeMs: number): CancelOrderResult {
    const order =
      'number' in reference
        ? portfolio.openOrder(reference.number)
        : portfolio.openOrderByClientId(reference.clientOrderId)
    if (order === undefined) return { kind: 'order.cancel', ok: false, code: 'NOT_FOUND' }
    this.cancelResting(order, 'user', timeMs)
    this.log.endOperation()
    return { kind: 'order.cancel', ok: true, order }
  }

  cancelAll(portfolio: Portfolio, { symbol, side }: CancelAllOrders, timeMs: number): CancelAllOrdersResult {
    const chosen = portfolio
      .openOrders()
      .filter((order) => (symbol ?? order.symbol) === order.symbol && (side ?? order.side) === order.side)
    for (const order of chosen) this.cancelResting(order, 'cancel_all', timeMs)
    this.log.endOperation()
    return { kind: 'order.cancelAll', ok: true, orders: chosen }
  }

  /** Puts a stored order back at work, behind those restored before it. */
  restore(order: OpenOrder): void {
    const { portfolio, market } = order
    assert(order.priority > 0 && order.remainingLots > 0, 'a stored order that has its place in a book')
    this.priority = Math.max(this.priority, order.priority)
    enterBook(order)
    if (order.side === 'buy') portfolio.account.heldCents += order.heldCents
    else portfolio.positionToChange(market).heldLots += order.remainingLots
  }

  /** Refuses an order. One that would have met its own and asked for both to go takes that one with it. */
  private reject({ command, market, worstTicks }: Request, order: OpenOrder, rejection: Rejection) {
    order.status = 'rejected'
    order.rejectCode = rejection.code
    order.closedAtMs = order.createdAtMs
    if (rejection.code === 'SELF_TRADE' && command.selfTrade === 'cancel_both') {
      const met = ownOrderMet(market.book, { side: command.side, limitTicks: worstTicks, owner: command.account })
      const own = market.openOrders[met]
      if (own !== undefined) this.cancelResting(own, 'self_trade', order.createdAtMs)
    }
    this.log.orders.push(order)
    this.log.endOperation()
    return { kind: 'order.place', ok: false, order, rejection } as const
  }

  private crossesBook({ command, market, worstTicks }: Request): boolean {
    const touch = market.touchTicks(command.side)
    return touch !== NONE && (command.side === 'buy' ? touch <= worstTicks : touch >= worstTicks)
  }

  /** Takes what it may, and settles with the owner's own orders as the self-trade rule says. */
  private fill(request: Request, order: OpenOrder, timeMs: number): readonly Fill[] {
    const { market, worstTicks, command } = request
    const fills: Fill[] = []
    for (;;) {
      const { side } = command
      const lots = order.remainingLots
      const left = this.matching.take({ market, taker: order, side, lots, limitTicks: worstTicks, timeMs }, fills)
      assert(left === order.remainingLots, 'fills that sum to what the book gave')
      const own = left === 0 ? undefined : market.openOrders[ownOrderMet(market.book, reachingOf(request))]
      if (own === undefined) return fills
      if (command.selfTrade !== 'cancel_taker') this.cancelResting(own, 'self_trade', timeMs)
      if (command.selfTrade !== 'cancel_maker') {
        close(order, 'canceled', 'self_trade', timeMs)
        return fills
      }
    }
  }

  /** The rest of an order that has taken what it could: it rests, or is over. */
  private leaveRest({ command }: Request, order: OpenOrder, timeMs: number): void {
    if (!mayRest(command)) {
      close(order, 'canceled', command.type === 'market' ? 'no_liquidity' : 'ioc_remainder', timeMs)
      return
    }
    order.priority = ++this.priority
    if (order.filledLots > 0) order.status = 'partially_filled'
    bind(order)
    enterBook(order)
  }

  private cancelResting(order: OpenOrder, reason: CancelReason, timeMs: number): void {
    const { portfolio, market, slot } = order
    market.book.remove(slot)
    market.openOrders[slot] = undefined
    releaseRest(order)
    portfolio.forget(order)
    order.version++
    close(order, 'canceled', reason, timeMs)
    this.log.touch(portfolio)
    this.log.orders.push(order)
  }
}

function enterBook(order: OpenOrder): void {
  const { portfolio, market } = order
  const slot = market.book.add(order.side, order.limitTicks, order.remainingLots, order.account)
  order.restAt(slot)
  market.openOrders[slot] = order
  portfolio.remember(order)
}

function close(order: OpenOrder, status: 'filled' | 'canceled', reason: CancelReason | undefined, timeMs: number) {
  order.status = status
  order.reason = reason
  order.updatedAtMs = timeMs
  order.closedAtMs = timeMs
}

/** What the wire's schema and the instrument's checks have made sure of. */
function assertWellFormed({ command, market }: Request): void {
  const { type, lots, limitTicks, timeInForce, postOnly } = command
  const { maxLots } = market.instrument
  assert(Number.isSafeInteger(lots) && lots >= 1 && lots <= maxLots, 'lots from 1 to the largest order')
  assert(type === 'market' ? limitTicks === 0 : Number.isSafeInteger(limitTicks) && limitTicks >= 1, 'a limit in ticks')
  assert(type === 'limit' || timeInForce !== 'gtc', 'a market order is ioc or fok')
  assert(!postOnly || (type === 'limit' && timeInForce === 'gtc'), 'a post-only order is a gtc limit order')
}
