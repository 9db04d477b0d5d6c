import type { z } from 'zod'
import type { AccountSnapshot } from './account.ts'
import type { Fill } from './order.ts'
import type { BookDepth, BookFrame, Candle, Instrument, TickerFrame, Trade } from './market-data.ts'
import type { Preferences } from './preferences.ts'
import type { CandlesQuery, DataOf, REQUESTS, TradesQuery } from './requests.ts'

/** A cookie that the page sets: the id of the one of several accounts that it shows. Without it, the oldest. */
export const ACCOUNT_COOKIE = 'valiant-account'

/** The lists of an account that a page reads. */
export type PageList = 'fills' | 'ledger' | 'equity'
export type PageQuery<Name extends PageList> = z.output<(typeof REQUESTS)[Name]['payload']>

/** Who looks at the page. */
export interface Visitor {
  readonly userId: string
  /** What the account menu shows: a name, or "Guest 4821". */
  readonly name: string
  readonly email?: string
  readonly isGuest: boolean
}

/**
 * What the page's server side reads of the running exchange, for this request: Express puts it on the request as
 * `valiant`, SvelteKit finds it at `platform.req.valiant`. In process, never by HTTP to itself.
 */
export interface PageSource {
  /** Wall time and the leader's epoch. */
  now(): { timeMs: number; epoch: number; market: 'open' | 'degraded' | 'halted' }
  instruments(): readonly Instrument[]
  /** In the order of `instruments()`; a symbol that has not traded yet is left out. */
  tickers(): readonly TickerFrame[]
  sparklines(points: number): Readonly<Record<string, readonly string[]>>
  book(symbol: string, depth: BookDepth): BookFrame | undefined
  trades(query: TradesQuery): Promise<readonly Trade[]>
  candles(query: CandlesQuery): Promise<readonly Candle[]>
  visitor(): Promise<Visitor | undefined>
  /** The money with which a guest's account begins, such as "100000.00". */
  startingCash(): string
  /** Of the visitor's account, the chosen one of several; undefined without one, or while the exchange is away. */
  account(): Promise<AccountSnapshot | undefined>
  /** What the visitor keeps under these keys; undefined without one, or while the database is away. */
  preferences(keys: readonly string[]): Promise<Preferences | undefined>
  fills(limit: number): Promise<readonly Fill[]>
  /** What the request of that name answers for the same account; undefined without one, or where it can't be read. */
  list<Name extends PageList>(name: Name, query: PageQuery<Name>): Promise<DataOf<Name> | undefined>
}
