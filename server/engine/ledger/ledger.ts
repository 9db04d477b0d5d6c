import type { Asset, Entry, EntryKind } from '../event.ts'
import type { EventLog } from '../event-log.ts'
import type { Portfolio } from '../portfolio.ts'

/** Double entry: writes movements as events. The entries of one movement sum to zero per asset. */
export class Ledger {
  private readonly log: EventLog
  private kind: EntryKind = 'trade'
  private timeMs = 0
  private movementAccount = 0
  private movementNumber = 0

  constructor(log: EventLog) {
    this.log = log
  }

  /** Begins a movement: the entries that follow belong to it, and the first gives it its name. */
  beginMovement(kind: EntryKind, timeMs: number): void {
    this.kind = kind
    this.timeMs = timeMs
    this.movementAccount = 0
  }

  /**
   * Writes one line of the movement. Plain arguments, not an object: eight lines a trade are where the engine's
   * memory goes.
   * @param balanceAfter the account's balance in the asset; not told for the exchange's own accounts
   * @param orderNumber of the entry's own account
   * @param fillNumber of the entry's own account
   */
  write(
    portfolio: Portfolio,
    asset: Asset,
    amount: number,
    balanceAfter: number,
    orderNumber?: number,
    fillNumber?: number,
  ): void {
    const { account } = portfolio
    const number = ++account.entryNumber
    if (this.movementAccount === 0) {
      this.movementAccount = account.account
      this.movementNumber = number
    }
    const entry: Entry = {
      account: account.account,
      number,
      movementAccount: this.movementAccount,
      movementNumber: this.movementNumber,
      kind: this.kind,
      asset,
      amount,
      balanceAfter: portfolio.isExchange ? undefined : balanceAfter,
      orderNumber,
      fillNumber,
      timeMs: this.timeMs,
    }
    this.log.touch(portfolio)
    this.log.entries.push(entry)
  }
}
