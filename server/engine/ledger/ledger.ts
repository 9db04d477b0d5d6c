import type { Asset, Entry, EntryKind } from '../event.ts'
import type { EventLog } from '../event-log.ts'
import type { Portfolio } from '../portfolio.ts'

/** Double entry: each line takes from one account what it gives to another. */
export class Ledger {
  private readonly log: EventLog
  private kind: EntryKind = 'trade'
  private timeMs = 0
  private note: string | undefined

  constructor(log: EventLog) {
    this.log = log
  }

  /** Sets the kind, time and note of the following lines. */
  begin(kind: EntryKind, timeMs: number, note?: string): void {
    this.kind = kind
    this.timeMs = timeMs
    this.note = note
  }

  /**
   * Writes one line; the balances have already been changed. Plain arguments instead of an object, because lines
   * account for most of the engine's allocations.
   * @param portfolio a user's
   * @param amount what it gains and `counter` loses; not 0
   * @param balanceAfter the balance of `portfolio` in the asset
   * @param counterBalanceAfter the balance of `counter`; ignored for the exchange's own accounts
   */
  write(
    portfolio: Portfolio,
    counter: Portfolio,
    asset: Asset,
    amount: number,
    balanceAfter: number,
    counterBalanceAfter: number,
    orderNumber?: number,
    fillNumber?: number,
    counterOrderNumber?: number,
    counterFillNumber?: number,
  ): Entry {
    const line: Entry = {
      account: portfolio.account.account,
      number: ++portfolio.account.entryNumber,
      counter: counter.account.account,
      counterNumber: ++counter.account.entryNumber,
      kind: this.kind,
      asset,
      amount,
      balanceAfter,
      counterBalanceAfter: counter.isExchange ? undefined : counterBalanceAfter,
      orderNumber,
      fillNumber,
      counterOrderNumber,
      counterFillNumber,
      timeMs: this.timeMs,
    }
    // Few lines have a note: the others are not made larger by it.
    const entry = this.note === undefined ? line : { ...line, note: this.note }
    this.log.touch(portfolio)
    this.log.touch(counter)
    this.log.entries.push(entry)
    return entry
  }
}
