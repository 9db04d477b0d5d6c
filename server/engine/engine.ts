import { AccountDesk } from './account-desk.ts'
import { Cascade } from './cascade.ts'
import { AmendDesk } from './amend-desk.ts'
import { assert, unreachable } from './assert.ts'
import { type Book, type LevelVisitor, NONE } from './book/book.ts'
import { levelsOf, lotsAhead } from './book/depth.ts'
import { OrderBook } from './book/order-book.ts'
import { Charges } from './charges.ts'
import {
  type AccountNumber,
  type Command,
  FEES,
  FIRST_USER_ACCOUNT,
  HOUSE,
  type MarketStatus,
  type OpenAccount,
  OUTSIDE,
  type PlaceOrder,
  type SetMarketStatus,
  type Side,
} from './command.ts'
import type { CommandResult, MarketCommandResult, Preview, ResultOf } from './command-result.ts'
import { PendingEffects } from './pending-effects.ts'
import { Dividends } from './corporate/dividends.ts'
import { SplitRatio } from './corporate/split-ratio.ts'
import { Splits } from './corporate/splits.ts'
import { DeadMen } from './dead-men.ts'
import type { EngineEvents } from './event.ts'
import { EventLog } from './event-log.ts'
import { Execution } from './execution.ts'
import { ExitDesk } from './exit-desk.ts'
import { Expiries } from './expiries.ts'
import { HouseBook } from './house-book.ts'
import type { HouseMarket } from './house.ts'
import type { InstrumentSpec } from './instrument.ts'
import { Ledger } from './ledger/ledger.ts'
import { Outside } from './ledger/outside.ts'
import { Settlement } from './ledger/settlement.ts'
import { wholeTicksOf } from './mark.ts'
import { Markets } from './markets.ts'
import { Matching } from './matching.ts'
import { newAccount } from './new-account.ts'
import { OrderDesk } from './order-desk.ts'
import type { Portfolio } from './portfolio.ts'
import { Portfolios } from './portfolios.ts'
import { previewOf } from './preview.ts'
import { Quantum } from './quantum.ts'
import { Restoration } from './restoration.ts'
import { HoldReview } from './risk/hold-review.ts'
import { Liquidation } from './risk/liquidation.ts'
import { freeMarginCents, liquidationTicks, type MarginFigures, marginFiguresOf } from './risk/margin.ts'
import { MarginWatch } from './risk/margin-watch.ts'
import { requestOf } from './risk/request.ts'
import type { Account, DeadMan, Order, Position } from './state.ts'
import { WorkingOrders } from './working-orders.ts'

/** Basis points a year. */
const INTEREST_BPS = 800
/**
 * A batch with this many orders commits in a tenth of a second, and everything due at one moment is done within a few
 * quanta.
 */
export const ENDS_PER_QUANTUM_MAX = 2_000
const newOrderBook = (maxTicks: number): Book => new OrderBook(maxTicks)

export interface EngineOptions {
  readonly instruments: readonly InstrumentSpec[]
  readonly maxOpenOrdersPerInstrument: number
  /** The interest on a margin account's debt, in basis points a year; default 800. */
  readonly interestBps?: number
  /**
   * How many orders may end in one quantum because their time has come, before the rest waits for the next; default
   * 2,000.
   */
  readonly endsPerQuantumMax?: number
  /** Creates the books; tests pass the naive one as an oracle. */
  readonly makeBook?: (maxTicks: number) => Book
}

/**
 * The matching engine: cash and margin accounts, their orders of every type in price-time priority, and all
 * consequences, with holds, fees, liquidation and double entry (docs/trading-rules.md). Pure and deterministic: the
 * same calls produce the same events, byte for byte. It is single-threaded; an AssertionError thrown by any method is a
 * defect, after which the engine must not be used again.
 */
export class Engine {
  /** For a start from stored state. */
  readonly restore: Restoration
  private readonly openOrdersMax: number
  private readonly log = new EventLog()
  private readonly portfolios: Portfolios
  private readonly markets: Markets
  private readonly houses = new Map<string, HouseMarket>()
  private readonly desk: OrderDesk
  private readonly amends: AmendDesk
  private readonly exits: ExitDesk
  private readonly deadMen: DeadMen
  private readonly accountDesk: AccountDesk
  private readonly charges: Charges
  private readonly dividends: Dividends
  private readonly splits: Splits
  private readonly time: Quantum

  constructor(options: EngineOptions) {
    const { instruments, maxOpenOrdersPerInstrument, makeBook = newOrderBook } = options
    const { interestBps = INTEREST_BPS, endsPerQuantumMax = ENDS_PER_QUANTUM_MAX } = options
    this.openOrdersMax = maxOpenOrdersPerInstrument
    this.markets = new Markets(instruments, makeBook)
    this.portfolios = new Portfolios(this.markets.count)
    const house = this.portfolios.admit(newAccount(HOUSE, 'house', 0))
    const fees = this.portfolios.admit(newAccount(FEES, 'fees', 0))
    const outsider = this.portfolios.admit(newAccount(OUTSIDE, 'outside', 0))
    const { log, markets, portfolios } = this
    const ledger = new Ledger(log)
    const watch = new MarginWatch()
    const settlement = new Settlement({ log, ledger, house, fees, watch })
    const effects = new PendingEffects()
    const expiries = new Expiries()
    const working = new WorkingOrders(log, effects, expiries)
    const matching = new Matching({ log, settlement, working, effects })
    const execution = new Execution(matching, working)
    const cascade = new Cascade({ log, working, execution, effects })
    const desk = { log, working, execution, cascade }
    this.desk = new OrderDesk(desk)
    this.amends = new AmendDesk(desk, maxOpenOrdersPerInstrument)
    this.exits = new ExitDesk(desk, this.desk, maxOpenOrdersPerInstrument)
    const deadMen = new DeadMen(log, working)
    this.deadMen = deadMen
    const outside = new Outside({ ledger, watch, portfolio: outsider })
    const money = { log, working, watch, outside }
    this.accountDesk = new AccountDesk(money)
    this.charges = new Charges({ ...money, interestBps })
    this.dividends = new Dividends(money)
    this.splits = new Splits({ ...money, makeBook })
    const state = { log, markets, portfolios, working, deadMen, watch }
    const liquidation = new Liquidation({ ...desk, watch })
    this.time = new Quantum({ ...state, expiries, liquidation, endsPerQuantumMax })
    this.restore = new Restoration({ ...state, holdReview: new HoldReview(log, working) })
    for (const market of markets.all()) {
      this.houses.set(market.symbol, new HouseBook({ market, matching, log, cascade }))
    }
  }

  /** The symbols, in the order of the instruments given. */
  get symbols(): readonly string[] {
    return this.markets.symbols
  }

  /** Trade ids of each symbol continue at epoch × 10^9 + 1. */
  beginEpoch(epoch: number): void {
    for (const market of this.markets.all()) market.beginEpoch(epoch)
  }

  /** After a time in which no command could be taken: delays the switches by that much, with events. */
  postponeDeadMen(gapMs: number): void {
    this.deadMen.postpone(gapMs)
  }

  /** The switches that are on, by account. */
  armedDeadMen(): readonly DeadMan[] {
    return this.deadMen.all()
  }

  /**
   * Executes one command as one operation.
   * @param timeMs market time; if it is earlier than before, the latest time is used
   */
  apply<One extends Command>(command: One, timeMs: number): ResultOf<One['kind']>
  apply(command: Command, atMs: number): CommandResult {
    const timeMs = this.log.marketTime(atMs)
    switch (command.kind) {
      case 'order.place':
        return this.desk.place(this.requestOf(command), timeMs)
      case 'order.amend':
        return this.amends.amend(this.portfolios.of(command.account), command, timeMs)
      case 'order.cancel':
        return this.desk.cancel(this.portfolios.of(command.account), command, timeMs)
      case 'order.cancelAll':
        return this.desk.cancelAll(this.portfolios.of(command.account), command, timeMs)
      case 'position.close':
        return this.exits.close(this.portfolios.of(command.account), this.markets.of(command.symbol), command, timeMs)
      case 'position.protect':
        return this.exits.protect(this.portfolios.of(command.account), this.markets.of(command.symbol), command, timeMs)
      case 'cancelAfter':
        return this.deadMen.set(command, timeMs)
      case 'market.status':
        return this.setMarketStatus(command, timeMs)
      case 'account.open':
        return this.accountDesk.open(this.newPortfolio(command, timeMs), command, timeMs)
      case 'account.update':
        return this.accountDesk.update(this.portfolios.of(command.account), command)
      case 'account.deposit':
      case 'account.withdraw':
        return this.accountDesk.move(this.portfolios.of(command.account), command, timeMs)
      case 'account.reset':
        return this.accountDesk.reset(this.portfolios.of(command.account), command, timeMs)
      case 'account.close': {
        const result = this.accountDesk.close(this.portfolios.of(command.account), timeMs)
        this.deadMen.disarm(command.account)
        this.portfolios.remove(command.account)
        return result
      }
      case 'margin.charge':
        this.charges.charge(this.portfolios.inOrder(), command, timeMs)
        return { kind: command.kind, ok: true }
      case 'corporate.dividend':
        this.dividends.pay(this.markets.of(command.symbol), this.portfolios.inOrder(), command.centsPerLot, timeMs)
        return { kind: command.kind, ok: true }
      case 'corporate.split': {
        const ratio = new SplitRatio(command)
        this.splits.split(this.markets.of(command.symbol), this.portfolios.inOrder(), ratio, timeMs)
        return { kind: command.kind, ok: true }
      }
      default:
        return unreachable(command)
    }
  }

  /** What an order would do if it were placed now; changes nothing. */
  preview(command: PlaceOrder): Preview {
    return previewOf(this.requestOf(command))
  }

  /** The market in which the simulated participants trade. */
  house(symbol: string): HouseMarket {
    const house = this.houses.get(symbol)
    assert(house !== undefined, 'a known symbol')
    return house
  }

  /** Runs every 50 ms of market time: moves the marks, and does everything that depends on time alone. */
  quantum(atMs: number): void {
    this.time.pass(this.log.marketTime(atMs))
  }

  /**
   * Reports every high-water price that has changed since its order was last reported; a quantum does so once a second.
   * Call it when prices are saved: a recovery continues from both, so they must agree.
   */
  publishHighWaters(atMs: number): void {
    this.time.publishHighWaters(this.log.marketTime(atMs))
  }

  /** The status of a market: see SetMarketStatus. */
  status(symbol: string): MarketStatus {
    return this.markets.of(symbol).status
  }

  /** The events since the last drain. */
  drain(): EngineEvents {
    return this.log.drain()
  }

  /** Visits the price levels that may have changed since the last call, each once, with their present quantity. */
  drainLevels(symbol: string, visit: LevelVisitor): void {
    this.markets.of(symbol).book.drainLevels(visit)
  }

  /** The best levels of a side, best first: ticks and lots. */
  levels(symbol: string, side: Side, depth = Infinity): (readonly [ticks: number, lots: number])[] {
    return levelsOf(this.markets.of(symbol).book, side, depth)
  }

  /** The mark in whole ticks, rounded half up; 0 before the first two-sided market. */
  markTicks(symbol: string): number {
    return wholeTicksOf(this.markets.of(symbol).markMicroTicks)
  }

  /** The exact mark, in millionths of a tick. */
  markMicroTicks(symbol: string): number {
    return this.markets.of(symbol).markMicroTicks
  }

  /** The price of the last trade in ticks; 0 before the first. */
  lastTicks(symbol: string): number {
    return this.markets.of(symbol).lastTicks
  }

  /** Lots ahead of a resting order at its price; undefined when it does not rest. */
  queueAhead({ account, number }: Readonly<Order>): number | undefined {
    const open = this.portfolios.of(account).openOrder(number)
    if (open === undefined || open.slot === NONE) return undefined
    return lotsAhead(open.market.book, open.slot)
  }

  account(number: AccountNumber): Readonly<Account> | undefined {
    return this.portfolios.find(number)?.account
  }

  /** All accounts, the exchange's own three first. */
  accounts(): Readonly<Account>[] {
    return this.portfolios.all().map((portfolio) => portfolio.account)
  }

  /** What an account may spend, in cents: cash that no order holds, or for a margin account its free margin. */
  buyingPower(account: AccountNumber): number {
    const portfolio = this.portfolios.of(account)
    return portfolio.isMargin ? freeMarginCents(portfolio) : portfolio.buyingPowerCents
  }

  /** The account's margin figures at the marks; its `marginState` is in the account itself. */
  marginFigures(account: AccountNumber): MarginFigures {
    return marginFiguresOf(this.portfolios.of(account))
  }

  /** The price in whole ticks at which a position would be liquidated if only its own mark moved; undefined if none. */
  liquidationTicks(account: AccountNumber, symbol: string): number | undefined {
    return liquidationTicks(this.portfolios.of(account), this.markets.of(symbol))
  }

  position(account: AccountNumber, symbol: string): Readonly<Position> | undefined {
    return this.portfolios.of(account).position(this.markets.of(symbol))
  }

  /** Every position that the account ever had, including closed ones. */
  positions(account: AccountNumber): readonly Readonly<Position>[] {
    return this.portfolios.of(account).positions()
  }

  /** An open order; closed orders are dropped. */
  order(account: AccountNumber, number: number): Readonly<Order> | undefined {
    return this.portfolios.of(account).openOrder(number)
  }

  orderByClientId(account: AccountNumber, clientOrderId: string): Readonly<Order> | undefined {
    return this.portfolios.of(account).openOrderByClientId(clientOrderId)
  }

  /** Oldest first. */
  openOrders(account: AccountNumber): readonly Readonly<Order>[] {
    return this.portfolios.of(account).openOrders()
  }

  private newPortfolio({ account, name, mode }: OpenAccount, timeMs: number): Portfolio {
    assert(account >= FIRST_USER_ACCOUNT, 'an account of a user')
    return this.portfolios.admit(newAccount(account, name, timeMs, mode))
  }

  private setMarketStatus({ symbol, status, cancelOrders }: SetMarketStatus, timeMs: number): MarketCommandResult {
    const market = this.markets.of(symbol)
    market.status = status
    if (cancelOrders === true) {
      this.desk.clear(market, this.portfolios.inOrder(), timeMs)
    }
    return { kind: 'market.status', ok: true }
  }

  private requestOf(command: PlaceOrder) {
    return requestOf(command, this.markets.of(command.symbol), this.portfolios.of(command.account), this.openOrdersMax)
  }
}
