import { assert } from './assert.ts'
import type { AccountNumber } from './command.ts'
import { Portfolio } from './portfolio.ts'
import type { Account } from './state.ts'

/** The portfolios of all accounts by number, the exchange's own three among them. */
export class Portfolios {
  private readonly byNumber = new Map<AccountNumber, Portfolio>()
  private readonly markets: number

  /** @param markets the number of instruments */
  constructor(markets: number) {
    this.markets = markets
  }

  /** Adds an account that is not known yet. */
  admit(account: Account): Portfolio {
    assert(!this.byNumber.has(account.account), 'an account that is admitted once')
    const portfolio = new Portfolio(account, this.markets)
    this.byNumber.set(account.account, portfolio)
    return portfolio
  }

  find(account: AccountNumber): Portfolio | undefined {
    return this.byNumber.get(account)
  }

  /** The portfolio of a known account. */
  of(account: AccountNumber): Portfolio {
    const portfolio = this.byNumber.get(account)
    assert(portfolio !== undefined, 'a known account')
    return portfolio
  }

  /** In the order in which they were admitted. */
  all(): Portfolio[] {
    return [...this.byNumber.values()]
  }

  /** In a sequence that a restart does not change. */
  inOrder(): Portfolio[] {
    return this.all().sort((a, b) => a.account.account - b.account.account)
  }

  remove(account: AccountNumber): void {
    this.byNumber.delete(account)
  }
}
