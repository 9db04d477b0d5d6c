import { assert } from './assert.ts'
import type { AccountChange, Cause, EngineEvents, Entry, Fill, Trade } from './event.ts'
import type { Portfolio } from './portfolio.ts'
import type { DeadMan, Order, Position } from './state.ts'

/** The events since the last drain, and the accounts that they changed. */
export class EventLog {
  readonly trades = new DrainedList<Trade>()
  readonly entries = new DrainedList<Entry>()
  readonly fills = new DrainedList<Fill>()
  readonly orders = new DrainedList<Order>()
  readonly deadMen = new DrainedList<DeadMan>()
  private readonly positions = new DrainedList<Position>()
  /** Only the first `changedCount` are valid: truncating an array would release its memory. */
  private readonly changed: Portfolio[] = []
  private changedCount = 0
  private latestMs = 0
  private actor: Portfolio | undefined
  private cause: Cause = 'trade'

  /** Market time never goes back: an event with an earlier time, as the house's may have, happens now. */
  marketTime(timeMs: number): number {
    if (timeMs > this.latestMs) this.latestMs = timeMs
    return this.latestMs
  }

  /** Sets the acting account and the cause; other accounts changed meanwhile were counterparties. */
  begin(actor: Portfolio | undefined, cause: Cause): void {
    this.actor = actor
    this.cause = cause
  }

  /** Notes a change of an account; the first one since the last drain raises its `seq`. */
  touch(portfolio: Portfolio): void {
    const cause = portfolio === this.actor ? this.cause : 'trade'
    if (!portfolio.isTouched) {
      portfolio.isTouched = true
      portfolio.account.seq++
      portfolio.touchedFor = cause
      this.changed[this.changedCount++] = portfolio
    } else if (portfolio.touchedFor === 'trade') portfolio.touchedFor = cause
  }

  touchPosition(portfolio: Portfolio, position: Position): void {
    this.touch(portfolio)
    this.positions.push(position)
  }

  /** The fills of an order since the last drain. */
  fillsOf({ account, number }: Order): readonly Fill[] {
    return this.fills.all().filter((fill) => fill.account === account && fill.orderNumber === number)
  }

  drain(): EngineEvents {
    const accounts: AccountChange[] = []
    for (let at = 0; at < this.changedCount; at++) {
      const portfolio = this.changed[at]
      if (portfolio === undefined) break
      portfolio.isTouched = false
      assertAccount(portfolio)
      accounts.push({ account: portfolio.account, cause: portfolio.touchedFor })
    }
    this.changedCount = 0
    const positions = this.positions.drain()
    for (const position of positions) assertPosition(position)
    return {
      trades: this.trades.drain(),
      entries: this.entries.drain(),
      fills: this.fills.drain(),
      orders: this.orders.drain(),
      positions,
      accounts: accounts.length === 0 ? NOTHING : accounts,
      deadMen: this.deadMen.drain(),
    }
  }
}

const NOTHING: readonly never[] = []

/** A list that is handed out and replaced by a new one. */
class DrainedList<Item> {
  /** Only the first `count` are valid; it starts as long as the last list handed out, so it seldom grows. */
  private items: Item[] = []
  private count = 0

  push(item: Item): void {
    this.items[this.count++] = item
  }

  all(): readonly Item[] {
    return this.items.slice(0, this.count)
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

function assertPosition({ lots, heldLots, costCents, realizedCents }: Position): void {
  assert(Number.isSafeInteger(lots) && Math.abs(lots) >= heldLots, 'lots that cover what orders hold of them')
  assert(heldLots >= 0, 'no negative hold on lots')
  assert(
    Number.isSafeInteger(costCents) && (lots > 0 ? costCents >= 0 : costCents <= 0),
    'a cost of the side of its lots',
  )
  assert(lots !== 0 || costCents === 0, 'no cost of what is not held')
  assert(Number.isSafeInteger(realizedCents), 'realized profit in whole cents')
}

function assertAccount(portfolio: Portfolio): void {
  const { cashCents, heldCents, realizedCents, feesPaidCents } = portfolio.account
  assert(Number.isSafeInteger(cashCents) && Number.isSafeInteger(realizedCents), 'money in whole cents')
  assert(heldCents >= 0 && feesPaidCents >= 0, 'no negative hold or fees')
  assert(portfolio.isMargin || cashCents >= heldCents, 'cash that covers what buys hold')
}
