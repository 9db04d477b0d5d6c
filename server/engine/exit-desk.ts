import type { Cascade } from './cascade.ts'
import { exitCommands, type Exits, makeExits, oppositeOf } from './brackets/legs.ts'
import { closingOrder } from './closing-order.ts'
import type { ClosePosition, ProtectPosition, Side } from './command.ts'
import type { ClosePositionResult, ProtectPositionResult } from './command-result.ts'
import type { EventLog } from './event-log.ts'
import type { Market } from './market.ts'
import type { OpenOrder } from './open-order.ts'
import type { DeskParts, OrderDesk } from './order-desk.ts'
import type { Portfolio } from './portfolio.ts'
import { updateHold, freeLots, reducibleLots } from './risk/holds.ts'
import { closedRejectionOf, rejectionOf } from './risk/rejection.ts'
import { type Request, requestOf } from './risk/request.ts'
import type { LegRole, Rejection } from './state.ts'
import type { WorkingOrders } from './working-orders.ts'

/** Closes positions and creates their exits. */
export class ExitDesk {
  private readonly log: EventLog
  private readonly working: WorkingOrders
  private readonly cascade: Cascade
  private readonly desk: OrderDesk
  private readonly openOrdersMax: number

  constructor({ log, working, cascade }: DeskParts, desk: OrderDesk, openOrdersMax: number) {
    this.log = log
    this.working = working
    this.cascade = cascade
    this.desk = desk
    this.openOrdersMax = openOrdersMax
  }

  /** At market; orders that hold the lots are canceled first. */
  close(portfolio: Portfolio, market: Market, command: ClosePosition, timeMs: number): ClosePositionResult {
    this.log.begin(portfolio, 'order')
    const side = closingSide(portfolio, market)
    const positionLots = reducibleLots(portfolio, market, side)
    const lots = command.lots ?? Math.min(positionLots, market.instrument.maxLots)
    const order = closingOrder(portfolio, { symbol: market.symbol, side, lots, source: command.source })
    const freedLots = positionLots - freeLots(portfolio, market, side)
    const request = { ...requestOf(order, market, portfolio, this.openOrdersMax), freedLots }
    const rejection = rejectionOf(request)
    if (rejection !== undefined) {
      const { order: refused } = this.desk.reject(request, this.desk.receive(request, timeMs), rejection)
      return { kind: 'position.close', ok: false, order: refused, rejection }
    }
    this.freeUp(portfolio, market, side, lots, timeMs)
    return { kind: 'position.close', ok: true, ...this.desk.placeUnchecked(request, timeMs) }
  }

  /** Replaces the exits of a position, entirely or not at all. */
  protect(portfolio: Portfolio, market: Market, command: ProtectPosition, timeMs: number): ProtectPositionResult {
    this.log.begin(portfolio, 'order')
    const { takeProfit, stopLoss, source } = command
    const earlier = portfolio.openOrders().filter((order) => isExit(order, market))
    const side = closingSide(portfolio, market)
    const lots = command.lots ?? Math.min(reducibleLots(portfolio, market, side), market.instrument.maxLots)
    const rules = { selfTrade: 'cancel_maker', source, tag: undefined } as const
    const exits = { portfolio, market, side, lots, takeProfit, stopLoss, ...rules }
    const refused = this.refusedExit(exits, earlier)
    if (refused !== undefined) return { kind: 'position.protect', ok: false, ...refused }

    for (const order of earlier) this.working.cancel(order, 'replaced', timeMs)
    const orders = takeProfit === undefined && stopLoss === undefined ? [] : makeExits(exits, timeMs)
    for (const order of orders) {
      this.working.open(order)
      updateHold(order)
    }
    for (const order of orders) if (!order.isClosed) this.cascade.activate(order, timeMs)
    this.cascade.run(timeMs)
    const withRole = (role: LegRole) => orders.find((order) => order.role === role)
    return { kind: 'position.protect', ok: true, takeProfit: withRole('take_profit'), stopLoss: withRole('stop_loss') }
  }

  /** The first exit that would be refused once the existing ones are gone. */
  private refusedExit(exits: Exits, earlier: readonly OpenOrder[]) {
    const { portfolio, market, side } = exits
    const commands = exitCommands(exits)
    const isMissing = reducibleLots(portfolio, market, side) === 0
    if (commands.length > 0 && isMissing && closedRejectionOf(portfolio, market) === undefined) {
      return { rejection: { code: 'REDUCE_ONLY_WOULD_INCREASE', maxLots: 0 }, role: undefined } as const
    }
    const freedLots = heldTogether(earlier)
    for (const [at, { role, command }] of commands.entries()) {
      const request: Request = {
        ...requestOf(command, market, portfolio, this.openOrdersMax),
        freedLots,
        freedOrders: earlier.length - at,
      }
      const rejection: Rejection | undefined = rejectionOf(request)
      if (rejection !== undefined) return { rejection, role }
    }
    return undefined
  }

  /**
   * Cancels the orders that hold the position, newest first, until enough lots are free; all of them for the whole
   * position.
   */
  private freeUp(portfolio: Portfolio, market: Market, side: Side, lots: number, timeMs: number): void {
    const isWhole = lots === reducibleLots(portfolio, market, side)
    const holders = portfolio.openOrders().filter((order) => order.market === market && order.heldLots > 0)
    for (const order of holders.reverse()) {
      if (!isWhole && freeLots(portfolio, market, side) >= lots) return
      this.working.cancel(order, 'reduce_only', timeMs)
    }
  }
}

/** Without a position, a sell, which is then refused. */
const closingSide = (portfolio: Portfolio, market: Market): Side =>
  oppositeOf((portfolio.position(market)?.lots ?? 0) < 0 ? 'sell' : 'buy')

const isExit = (order: OpenOrder, market: Market): boolean =>
  order.market === market && order.role !== undefined && order.status !== 'held'

/** The lots that exits hold; those of a group count once. */
function heldTogether(exits: readonly OpenOrder[]): number {
  const holdings = new Set(exits.map((exit) => exit.group ?? exit))
  return [...holdings].reduce((sum, holding) => sum + holding.heldLots, 0)
}
