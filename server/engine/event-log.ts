import { assert } from './assert.ts'
import type { EngineEvent } from './event.ts'
import type { Portfolio } from './portfolio.ts'
import type { Position } from './state.ts'

const NO_EVENTS: readonly EngineEvent[] = []
/** A single large drain must not make all later ones large. */
const PRESIZED_MAX = 1_024

/** What has happened since the last drain, and which accounts the operation that is under way has changed. */
export class EventLog {
  /** The first `count` count; as long as the longest drain so far, so that it seldom grows. */
  private events: EngineEvent[] = []
  private count = 0
  private countMax = 0
  private operation = 1
  /** The first `changedCount` count: emptying an array gives its memory away, once an operation. */
  private readonly changed: Portfolio[] = []
  private changedCount = 0

  push(event: EngineEvent): void {
    this.events[this.count++] = event
  }

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
        this.push({ kind: 'position', position: changedPosition })
        portfolio.changedPosition = undefined
      }
      account.seq++
      assertAccount(portfolio)
      this.push({ kind: 'account', account })
    }
    this.changedCount = 0
    this.operation++
  }

  drain(): readonly EngineEvent[] {
    const { events, count } = this
    if (count === 0) return NO_EVENTS
    events.length = count
    this.countMax = Math.min(Math.max(this.countMax, count), PRESIZED_MAX)
    this.events = new Array<EngineEvent>(this.countMax)
    this.count = 0
    return events
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
