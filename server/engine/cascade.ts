import type { PendingEffects } from './pending-effects.ts'
import type { EventLog } from './event-log.ts'
import type { Execution } from './execution.ts'
import type { OpenOrder } from './open-order.ts'
import { payableLots } from './risk/payable.ts'
import { updateHold, isPricedByTrigger, release } from './risk/holds.ts'
import { isReached } from './triggers/reached.ts'
import { cutToPosition } from './risk/reduce-only.ts'
import type { WorkingOrders } from './working-orders.ts'

/**
 * Handles the consequences of fills and trades within the same operation, until none are left: docs/trading-rules.md,
 * 1.
 */
export class Cascade {
  private readonly log: EventLog
  private readonly working: WorkingOrders
  private readonly execution: Execution
  private readonly effects: PendingEffects

  constructor(parts: { log: EventLog; working: WorkingOrders; execution: Execution; effects: PendingEffects }) {
    this.log = parts.log
    this.working = parts.working
    this.execution = parts.execution
    this.effects = parts.effects
  }

  /** Call this at the end of everything that may have traded. */
  run(timeMs: number): void {
    while (!this.effects.isEmpty) this.doNext(timeMs)
  }

  private doNext(timeMs: number): void {
    const { filledEntries, filledExits, shrunk, trades, triggered } = this.effects
    const holding = shrunk.shift()
    if (holding !== undefined) {
      this.log.begin(undefined, 'trade')
      cutToPosition(holding.portfolio, holding.market, this.working, timeMs)
      return
    }
    const entry = filledEntries.shift()
    if (entry !== undefined) {
      this.growLegs(entry, timeMs)
      return
    }
    const exit = filledExits.shift()
    if (exit !== undefined) {
      this.log.begin(undefined, 'trade')
      this.closeEntry(exit, timeMs)
      return
    }
    const order = triggered.shift()
    if (order !== undefined) {
      this.trigger(order, timeMs)
      return
    }
    const trade = trades.shift()
    if (trade === undefined) return
    this.effects.triggered = trade.market.stops.show(trade.ticks, trade.priority, this.working.moveHighWater)
  }

  /** A triggered order becomes active, unless it was canceled before its turn. */
  private trigger(order: OpenOrder, timeMs: number): void {
    if (order.isClosed) return
    const { working } = this
    this.log.begin(order.portfolio, 'trigger')
    working.withdraw(order)
    if (order.role !== undefined) this.closeOthers(order, timeMs)
    order.status = order.filledLots > 0 ? 'partially_filled' : 'open'
    order.version++
    order.updatedAtMs = timeMs
    const worstTicks = order.market.worstTicks(order.side, order.limitTicks)
    this.execution.carryOut(
      order,
      worstTicks,
      timeMs,
      isPricedByTrigger(order) ? payableLots(order, worstTicks) : Infinity,
    )
    working.report(order)
    working.closeLegs(order, timeMs)
  }

  /** Activates an exit that already holds its lots, and reports it. */
  activate(exit: OpenOrder, timeMs: number): void {
    const { market, side } = exit
    if (exit.role === 'take_profit') {
      release(exit)
      this.execution.carryOut(exit, market.worstTicks(side, exit.limitTicks), timeMs)
      this.working.report(exit)
      return
    }
    this.working.arm(exit)
    this.working.report(exit)
    if (!isReached(side, exit.stopTicks, market.triggerHalfTicks)) return
    market.stops.remove(exit)
    this.effects.triggered.push(exit)
  }

  /** The legs of an entry become active with its first fill and grow with each further one. */
  private growLegs(entry: OpenOrder, timeMs: number): void {
    const { group, portfolio, market, filledLots } = entry
    const grownLots = filledLots - (group?.grownLots ?? 0)
    if (group === undefined || grownLots === 0) return
    const { legs } = group
    const isFirst = group.grownLots === 0
    group.grownLots = filledLots
    this.log.begin(undefined, 'trade')
    for (const leg of legs) {
      leg.lots = isFirst ? grownLots : leg.lots + grownLots
      // From here on it holds lots, although it is not in the market yet.
      if (leg.status === 'held') leg.status = 'open'
      leg.version++
      leg.updatedAtMs = timeMs
      if (leg.role === 'take_profit') this.working.withdraw(leg)
      updateHold(leg)
    }
    cutToPosition(portfolio, market, this.working, timeMs)
    for (const leg of legs) {
      if (leg.isClosed) continue
      if (leg.status === 'untriggered') this.working.report(leg)
      else this.activate(leg, timeMs)
    }
  }

  /** After an exit has filled completely, the rest of the entry is canceled. */
  private closeEntry(exit: OpenOrder, timeMs: number): void {
    this.log.begin(undefined, 'trade')
    this.cancelEntry(exit, timeMs)
  }

  private cancelEntry(exit: OpenOrder, timeMs: number): void {
    const entry = exit.group?.entry
    if (entry !== undefined && !entry.isClosed) this.working.cancel(entry, 'sibling_filled', timeMs)
  }

  private closeOthers(exit: OpenOrder, timeMs: number): void {
    const sibling = exit.group?.siblingOf(exit)
    if (sibling !== undefined) this.working.cancel(sibling, 'sibling_filled', timeMs)
    this.cancelEntry(exit, timeMs)
  }
}
