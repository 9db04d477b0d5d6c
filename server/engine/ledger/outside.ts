import { type Asset, CASH, type Entry, type EntryKind } from '../event.ts'
import type { Portfolio } from '../portfolio.ts'
import type { MarginWatch } from '../risk/margin-watch.ts'
import type { Ledger } from './ledger.ts'

/**
 * The counterparty of everything that enters or leaves users' accounts without a trade: deposits, resets, charges,
 * dividends, splits.
 */
export class Outside {
  private readonly ledger: Ledger
  private readonly watch: MarginWatch
  private readonly portfolio: Portfolio

  constructor(parts: { ledger: Ledger; watch: MarginWatch; portfolio: Portfolio }) {
    this.ledger = parts.ledger
    this.watch = parts.watch
    this.portfolio = parts.portfolio
  }

  /** Gives cash to an account or, if negative, takes it; not 0. */
  moveCash(portfolio: Portfolio, cents: number, kind: EntryKind, timeMs: number, note?: string): Entry {
    const { account } = portfolio
    account.cashCents += cents
    if (portfolio.isMargin) this.watch.note(portfolio)
    this.ledger.begin(kind, timeMs, note)
    return this.ledger.write(portfolio, this.portfolio, CASH, cents, account.cashCents, 0)
  }

  /** Records lots that an account's position has gained or, if negative, lost; not 0. */
  bookLots(
    portfolio: Portfolio,
    symbol: Asset,
    lots: number,
    lotsAfter: number,
    kind: EntryKind,
    timeMs: number,
    note?: string,
  ): void {
    this.ledger.begin(kind, timeMs, note)
    this.ledger.write(portfolio, this.portfolio, symbol, lots, lotsAfter, 0)
  }
}
