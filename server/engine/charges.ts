import type { ChargeDays } from './command.ts'
import type { EntryKind } from './event.ts'
import type { EventLog } from './event-log.ts'
import { borrowNote, interestNote } from './ledger/notes.ts'
import type { Outside } from './ledger/outside.ts'
import type { Portfolio } from './portfolio.ts'
import { valueCentsOf } from './risk/margin.ts'

const BPS = 10_000
const DAYS_A_YEAR = 365

/** Interest and borrow fees of margin accounts: docs/trading-rules.md, 8. */
export class Charges {
  private readonly log: EventLog
  private readonly outside: Outside
  private readonly interestBps: number

  constructor(parts: {
    log: EventLog
    outside: Outside
    /** Basis points a year on negative cash. */
    interestBps: number
  }) {
    this.log = parts.log
    this.outside = parts.outside
    this.interestBps = parts.interestBps
  }

  /** @param portfolios all, in the order in which they are charged */
  charge(portfolios: readonly Portfolio[], { days }: ChargeDays, timeMs: number): void {
    for (const portfolio of portfolios) {
      if (!portfolio.isMargin) continue
      const debtCents = -portfolio.account.cashCents
      if (debtCents > 0) {
        const cents = chargeOn(debtCents, this.interestBps, days)
        this.take(portfolio, cents, { kind: 'interest', note: interestNote(debtCents, days) }, timeMs)
      }
      for (const market of portfolio.marketsInOrder()) {
        const lots = portfolio.lots(market)
        if (lots >= 0) continue
        const valueCents = -valueCentsOf(market, lots)
        const cents = chargeOn(valueCents, market.instrument.borrowBps, days)
        this.take(portfolio, cents, { kind: 'borrow', note: borrowNote(market.symbol, valueCents, days) }, timeMs)
      }
    }
  }

  private take(portfolio: Portfolio, cents: number, charge: { kind: EntryKind; note: string }, timeMs: number): void {
    if (cents === 0) return
    this.log.begin(portfolio, 'interest')
    this.outside.moveCash(portfolio, -cents, charge.kind, timeMs, charge.note)
  }
}

/** `days` / 365 of a year's rate, rounded up to the cent. */
function chargeOn(cents: number, bps: number, days: number): number {
  const year = BigInt(BPS * DAYS_A_YEAR)
  return Number((BigInt(cents) * BigInt(bps) * BigInt(days) + year - 1n) / year)
}
