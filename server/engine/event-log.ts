import { assert } from './assert.ts'
import type { EngineEvents, Entry, Fill, Trade } from './event.ts'
import type { Portfolio } from './portfolio.ts'
import type { Account, Order, Position } from './state.ts'

/** What has happened since the last drain, and which accounts the operation that is under way has changed. */
export class EventLog {
  readonly trades = new Gathered<Trade>()
  readonly entries = new Gathered<Entry>()
  readonly fills = new Gathered<Fill>()
  readonly orders = new Gathered<Order>()
  private readonly positions = new Gathered<Position>()
  private readonly accounts = new Gathered<Account>()
  private operation = 1
  /** The first `changedCount` count: emptying an array gives its memory away, once an operation. */
  private readonly changed: Portfolio[] = []
  private changedCount = 0

  /** Notes that the operation changed something of an account. */
  touch(portfolio: Portfolio): void {
    if (portfolio.changedInOperation === this.operation) return
    portfolio.changedInOperation = this.operation
    this.changed[this.changedCount++] = portfolio
  }

  /** Notes a changed position; an operation trades in one instrument, so there is one at most an account. */
  touchPosition(portfolio: Portfolio, position: Position): void {
    this.touch(portfolio)
    portfolio.changedPosition = position
  }

  /** Ends an operation: each account that it changed rises by one `seq` and is told, after its position. */
  endOperation(): void {
    const { changed } = this
    for (let at = 0; at < this.changedCount; at++) {
      const portfolio = changed[at]
      if (portfolio === undefined) break
      const { account, changedPosition } = portfolio
      if (changedPosition !== undefined) {
        assertPosition(changedPosition)
        this.positions.push(changedPosition)
        portfolio.changedPosition = undefined
      }
      account.seq++
      assertAccount(portfolio)
      this.accounts.push(account)
    }
    this.changedCount = 0
    this.operation++
  }

  drain(): EngineEvents {
    return {
      trades: this.trades.drain(),
      entries: this.entries.drain(),
      fills: this.fills.drain(),
      orders: this.orders.drain(),
      positions: this.positions.drain(),
      accounts: this.accounts.drain(),
    }
  }
}

const NOTHING: readonly never[] = []

/** A list that is given away and begun anew. */
class Gathered<Item> {
  /** The first `count` count; as long as the last one given away, so that it seldom grows. */
  private items: Item[] = []
  private count = 0

  push(item: Item): void {
    this.items[this.count++] = item
  }

  drain(): readonly Item[] {
    const { items, count } = this
    if (count === 0) return NOTHING
    items.length = count
    this.items = new Array<Item>(count)
    this.count = 0
    return items
  }
}

function assertPosition(position: Position): void {
  const { lots, heldLots, costCents, realizedCents } = position
  assert(Number.isSafeInteger(lots) && lots >= heldLots, 'lots that cover what sales bind')
  assert(heldLots >= 0, 'no negative hold on lots')
  assert(Number.isSafeInteger(costCents) && costCents >= 0, 'a cost of 0 cents or more')
  assert(Number.isSafeInteger(realizedCents), 'realised profit in whole cents')
}

function assertAccount(portfolio: Portfolio): void {
  const { cashCents, heldCents, realizedCents, feesPaidCents } = portfolio.account
  assert(Number.isSafeInteger(cashCents) && Number.isSafeInteger(realizedCents), 'money in whole cents')
  assert(heldCents >= 0 && feesPaidCents >= 0, 'no negative hold or fees')
  assert(portfolio.isExchange || cashCents >= heldCents, 'cash that covers what buys bind')
}
