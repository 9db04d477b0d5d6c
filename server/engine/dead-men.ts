import type { AccountNumber, SetDeadMan } from './command.ts'
import type { SetDeadManResult } from './command-result.ts'
import type { EventLog } from './event-log.ts'
import type { OpenOrder } from './open-order.ts'
import type { Portfolio } from './portfolio.ts'
import type { DeadMan } from './state.ts'
import type { WorkingOrders } from './working-orders.ts'

type Armed = DeadMan & { readonly atMs: number }

/** The dead man's switches: each cancels its account's orders unless it is renewed in time. */
export class DeadMen {
  private readonly log: EventLog
  private readonly working: WorkingOrders
  private readonly armed = new Map<AccountNumber, Armed>()
  /** No switch fires before this time; it saves a search in every quantum. */
  private nextMs = Infinity

  constructor(log: EventLog, working: WorkingOrders) {
    this.log = log
    this.working = working
  }

  /** Sets a switch, replacing an earlier one, or turns it off. */
  set({ account, timeoutMs, symbols, keepProtective }: SetDeadMan, timeMs: number): SetDeadManResult {
    const atMs = timeoutMs === 0 ? undefined : timeMs + timeoutMs
    const deadMan = { account, symbols, keepProtective }
    if (atMs === undefined) this.turnOff({ ...deadMan, atMs })
    else {
      this.arm({ ...deadMan, atMs })
      this.log.deadMen.push({ ...deadMan, atMs })
    }
    return { kind: 'cancelAfter', ok: true, atMs }
  }

  arm(deadMan: Armed): void {
    this.armed.set(deadMan.account, deadMan)
    this.nextMs = Math.min(this.nextMs, deadMan.atMs)
  }

  /** Turns the switch of an account off, if there is one. */
  disarm(account: AccountNumber): void {
    const armed = this.armed.get(account)
    if (armed !== undefined) this.turnOff({ ...armed, atMs: undefined })
  }

  all(): readonly DeadMan[] {
    return [...this.armed.values()].sort((a, b) => a.account - b.account)
  }

  /** While nobody could renew them, they were paused. */
  postpone(gapMs: number): void {
    this.nextMs = Infinity
    for (const deadMan of [...this.armed.values()].sort(byTime)) {
      const later = { ...deadMan, atMs: deadMan.atMs + gapMs }
      this.arm(later)
      this.log.deadMen.push(later)
    }
  }

  /**
   * Fires the switches that are due until at least `endsMax` orders have ended; the rest stay due. A switch is never
   * split.
   */
  goOff(timeMs: number, endsMax: number, portfolioOf: (account: AccountNumber) => Portfolio): void {
    if (timeMs < this.nextMs) return
    const due = [...this.armed.values()].filter(({ atMs }) => atMs <= timeMs).sort(byTime)
    let ends = 0
    for (const deadMan of due) {
      if (ends >= endsMax) break
      const portfolio = portfolioOf(deadMan.account)
      this.log.begin(portfolio, 'cancel')
      ends += this.working.cancelOpen(portfolio, 'dead_man', timeMs, (order) => isMeant(order, deadMan)).length
      this.turnOff({ ...deadMan, atMs: undefined })
    }
    this.nextMs = Math.min(Infinity, ...[...this.armed.values()].map(({ atMs }) => atMs))
  }

  private turnOff(deadMan: DeadMan): void {
    if (this.armed.delete(deadMan.account)) this.log.deadMen.push(deadMan)
  }
}

const byTime = (a: Armed, b: Armed): number => a.atMs - b.atMs || a.account - b.account

function isMeant(order: OpenOrder, { symbols, keepProtective }: DeadMan): boolean {
  if (symbols !== undefined && !symbols.includes(order.symbol)) return false
  return !(keepProtective && isProtective(order))
}

/** A reduce-only order that waits for its trigger. */
export const isProtective = ({ reduceOnly, status }: OpenOrder): boolean => reduceOnly && status === 'untriggered'
