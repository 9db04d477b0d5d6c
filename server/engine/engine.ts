import { assert, unreachable } from './assert.ts'
import { type Book, type LevelVisitor, NONE } from './book/book.ts'
import { OrderBook } from './book/order-book.ts'
import {
  type AccountNumber,
  type CancelAllOrders,
  type CancelOrder,
  type Command,
  FEES,
  FIRST_USER_ACCOUNT,
  HOUSE,
  type OpenAccount,
  OUTSIDE,
  type PlaceOrder,
  type Side,
} from './command.ts'
import type {
  CancelAllOrdersResult,
  CancelOrderResult,
  CommandResult,
  OpenAccountResult,
  PlaceOrderResult,
  Preview,
} from './command-result.ts'
import { CASH, type EngineEvents } from './event.ts'
import { EventLog } from './event-log.ts'
import { HouseBook } from './house-book.ts'
import type { HouseMarket } from './house.ts'
import type { InstrumentSpec } from './instrument.ts'
import { Ledger } from './ledger/ledger.ts'
import { Settlement } from './ledger/settlement.ts'
import { wholeTicksOf } from './mark.ts'
import { Market } from './market.ts'
import { Matching } from './matching.ts'
import { newAccount } from './new-account.ts'
import { OpenOrder } from './open-order.ts'
import { OrderDesk } from './order-desk.ts'
import { Portfolio } from './portfolio.ts'
import { previewOf } from './preview.ts'
import type { Request } from './risk/rejection.ts'
import type { Account, Order, Position } from './state.ts'

export interface EngineOptions {
  readonly instruments: readonly InstrumentSpec[]
  readonly maxOpenOrdersPerInstrument: number
  /** Makes the books; the plain one stands in where it is the oracle. */
  readonly makeBook?: (maxTicks: number) => Book
}

/**
 * The matching engine: limit and market orders of cash accounts in price-time priority, with holds, fees and double
 * entry. Pure and deterministic: the same calls give the same events, byte for byte. One thread owns it; an
 * AssertionError thrown from any method is a defect, after which the engine must not be used again.
 */
export class Engine {
  private readonly openOrdersMax: number
  private readonly log = new EventLog()
  private readonly ledger = new Ledger(this.log)
  private readonly portfolios = new Map<AccountNumber, Portfolio>()
  private readonly markets = new Map<string, Market>()
  private readonly houses = new Map<string, HouseMarket>()
  private readonly desk: OrderDesk
  private readonly outside: Portfolio

  constructor({ instruments, maxOpenOrdersPerInstrument, makeBook = (max) => new OrderBook(max) }: EngineOptions) {
    this.openOrdersMax = maxOpenOrdersPerInstrument
    for (const instrument of instruments) {
      assert(!this.markets.has(instrument.symbol), `${instrument.symbol}: one instrument of a symbol`)
      this.markets.set(instrument.symbol, new Market(this.markets.size, instrument, makeBook(instrument.maxTicks)))
    }
    const house = this.admit(newAccount(HOUSE, 'house', 0))
    const fees = this.admit(newAccount(FEES, 'fees', 0))
    this.outside = this.admit(newAccount(OUTSIDE, 'outside', 0))
    const settlement = new Settlement({ log: this.log, ledger: this.ledger, house, fees })
    const matching = new Matching(this.log, settlement)
    this.desk = new OrderDesk(this.log, matching)
    for (const market of this.markets.values()) {
      this.houses.set(market.symbol, new HouseBook(market, matching, this.log))
    }
  }

  /** The symbols, in the order of the instruments given. */
  get symbols(): readonly string[] {
    return [...this.markets.keys()]
  }

  /** Trade ids of each symbol go on at epoch × 10^9 + 1. */
  beginEpoch(epoch: number): void {
    for (const market of this.markets.values()) market.beginEpoch(epoch)
  }

  /** Recovery: an account as stored, with a `heldCents` of 0; the exchange's own three as well. Makes no event. */
  restoreAccount(account: Account): void {
    assert(account.heldCents === 0, 'a stored account without holds: they come with its orders')
    const known = this.portfolios.get(account.account)
    if (known === undefined) this.admit({ ...account })
    else {
      assert(known.isExchange, 'an account that is restored once')
      Object.assign(known.account, account)
    }
  }

  /** Recovery, after its account: a position as stored, with `heldLots` 0. Makes no event. */
  restorePosition(stored: Position): void {
    assert(stored.heldLots === 0, 'a stored position without holds: they come with its orders')
    Object.assign(this.portfolio(stored.account).positionToChange(this.market(stored.symbol)), stored)
  }

  /**
   * Recovery, after accounts and positions: an open order, called in order of priority. It rests without matching,
   * holds what it held and makes no event.
   */
  restoreOrder(stored: Order): void {
    this.desk.restore(OpenOrder.restored(stored, this.portfolio(stored.account), this.market(stored.symbol)))
  }

  /** Recovery: the mark as it was, in millionths of a tick; without it the mark begins at the first mid. */
  restoreMark(symbol: string, markMicroTicks: number): void {
    assert(Number.isSafeInteger(markMicroTicks) && markMicroTicks >= 0, 'a mark of 0 or more')
    this.market(symbol).markMicroTicks = markMicroTicks
  }

  /**
   * Carries out one command as one operation.
   * @param timeMs market time
   */
  apply(command: OpenAccount, timeMs: number): OpenAccountResult
  apply(command: PlaceOrder, timeMs: number): PlaceOrderResult
  apply(command: CancelOrder, timeMs: number): CancelOrderResult
  apply(command: CancelAllOrders, timeMs: number): CancelAllOrdersResult
  apply(command: Command, timeMs: number): CommandResult
  apply(command: Command, timeMs: number): CommandResult {
    switch (command.kind) {
      case 'order.place':
        return this.desk.place(this.requestOf(command), timeMs)
      case 'order.cancel':
        return this.desk.cancel(this.portfolio(command.account), command, timeMs)
      case 'order.cancelAll':
        return this.desk.cancelAll(this.portfolio(command.account), command, timeMs)
      case 'account.open':
        return this.openAccount(command, timeMs)
      default:
        return unreachable(command)
    }
  }

  /** What an order would do if it came now; changes nothing. */
  preview(command: PlaceOrder): Preview {
    return previewOf(this.requestOf(command))
  }

  /** Where the simulated participants trade. */
  house(symbol: string): HouseMarket {
    const house = this.houses.get(symbol)
    assert(house !== undefined, 'a known symbol')
    return house
  }

  /** Every 50 ms of market time: the marks move towards the mids. */
  quantum(_timeMs: number): void {
    for (const market of this.markets.values()) market.stepMark()
  }

  /** A halted market refuses users' orders with MARKET_HALTED; cancels go through, and the house does as it likes. */
  halt(symbol: string): void {
    this.market(symbol).isHalted = true
  }

  resume(symbol: string): void {
    this.market(symbol).isHalted = false
  }

  isHalted(symbol: string): boolean {
    return this.market(symbol).isHalted
  }

  /** What has happened since the last drain. */
  drain(): EngineEvents {
    return this.log.drain()
  }

  /** Visits the price levels that may have changed since last asked, each once, with the quantity that rests now. */
  drainLevels(symbol: string, visit: LevelVisitor): void {
    this.market(symbol).book.drainLevels(visit)
  }

  /** The best levels of a side, best first: ticks and lots. */
  levels(symbol: string, side: Side, depth = Infinity): (readonly [ticks: number, lots: number])[] {
    const { book } = this.market(symbol)
    const levels: (readonly [number, number])[] = []
    let ticks = side === 'buy' ? book.bidTicks : book.askTicks
    for (; ticks !== NONE && levels.length < depth; ticks = book.nextTicks(side, ticks)) {
      levels.push([ticks, book.lotsAt(ticks)])
    }
    return levels
  }

  /** The mark in whole ticks, half up; 0 before the first two-sided market. */
  markTicks(symbol: string): number {
    return wholeTicksOf(this.market(symbol).markMicroTicks)
  }

  /** The mark as it is kept, in millionths of a tick. */
  markMicroTicks(symbol: string): number {
    return this.market(symbol).markMicroTicks
  }

  /** Lots that stand before a resting order at its price; undefined when it does not rest. */
  queueAhead({ account, number }: Readonly<Order>): number | undefined {
    const open = this.portfolio(account).openOrder(number)
    if (open === undefined) return undefined
    const { book } = open.market
    let lots = 0
    for (let slot = book.firstAt(open.limitTicks); slot !== open.slot; slot = book.nextAfter(slot)) {
      lots += book.lotsOf(slot)
    }
    return lots
  }

  account(number: AccountNumber): Readonly<Account> | undefined {
    return this.portfolios.get(number)?.account
  }

  /** All accounts, the exchange's own three first. */
  accounts(): Readonly<Account>[] {
    return [...this.portfolios.values()].map((portfolio) => portfolio.account)
  }

  /** Cash that no order binds, in cents. */
  buyingPower(account: AccountNumber): number {
    return this.portfolio(account).buyingPowerCents
  }

  position(account: AccountNumber, symbol: string): Readonly<Position> | undefined {
    return this.portfolio(account).position(this.market(symbol))
  }

  /** Every position the account ever held, closed ones too. */
  positions(account: AccountNumber): readonly Readonly<Position>[] {
    return this.portfolio(account).positions()
  }

  /** An open order; closed ones are forgotten. */
  order(account: AccountNumber, number: number): Readonly<Order> | undefined {
    return this.portfolio(account).openOrder(number)
  }

  orderByClientId(account: AccountNumber, clientOrderId: string): Readonly<Order> | undefined {
    return this.portfolio(account).openOrderByClientId(clientOrderId)
  }

  /** Oldest first. */
  openOrders(account: AccountNumber): readonly Readonly<Order>[] {
    return this.portfolio(account).openOrders()
  }

  private openAccount(command: OpenAccount, timeMs: number): OpenAccountResult {
    const { startingCents } = command
    assert(command.account >= FIRST_USER_ACCOUNT && !this.portfolios.has(command.account), 'a new account of a user')
    assert(Number.isSafeInteger(startingCents) && startingCents > 0, 'whole cents to begin with')
    const portfolio = this.admit(newAccount(command.account, command.name, timeMs))
    const { account } = portfolio
    account.cashCents += startingCents
    this.outside.account.cashCents -= startingCents
    this.ledger.beginMovement('deposit', timeMs)
    this.ledger.write(this.outside, CASH, -startingCents, 0)
    this.ledger.write(portfolio, CASH, startingCents, account.cashCents)
    this.log.endOperation()
    return { kind: 'account.open', ok: true, account }
  }

  private requestOf(command: PlaceOrder): Request {
    const market = this.market(command.symbol)
    const portfolio = this.portfolio(command.account)
    const worstTicks = command.type === 'limit' ? command.limitTicks : market.reachTicks(command.side)
    return { command, market, portfolio, worstTicks, openOrdersMax: this.openOrdersMax }
  }

  private admit(account: Account): Portfolio {
    const portfolio = new Portfolio(account, this.markets.size)
    this.portfolios.set(account.account, portfolio)
    return portfolio
  }

  private portfolio(account: AccountNumber): Portfolio {
    const portfolio = this.portfolios.get(account)
    assert(portfolio !== undefined, 'a known account')
    return portfolio
  }

  private market(symbol: string): Market {
    const market = this.markets.get(symbol)
    assert(market !== undefined, 'a known symbol')
    return market
  }
}
