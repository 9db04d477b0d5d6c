import type { z } from 'zod'
import type { AccountSnapshot } from './account.ts'
import type { Fill } from './order.ts'
import type { BookDepth, BookFrame, Candle, Instrument, TickerFrame, Trade } from './market-data.ts'
import type { Preferences } from './preferences.ts'
import type { CandlesQuery, TradesQuery } from './queries.ts'
import type { DataOf, REQUESTS } from './requests.ts'

/**
 * A cookie that the page sets: the id of the account to show, for a user with several. Without it, the oldest account
 * is shown.
 */
export const ACCOUNT_COOKIE = 'valiant-account'

/** The account lists that a page reads. */
export type PageList = 'fills' | 'ledger' | 'equity'
export type PageQuery<Name extends PageList> = z.output<(typeof REQUESTS)[Name]['payload']>

/** The signed-in user or guest who views the page. */
export interface Visitor {
  readonly userId: string
  /** The name in the account menu: the user's, or "Guest 4821". */
  readonly name: string
  readonly email?: string
  readonly isGuest: boolean
}

/**
 * What the page's server side can read from the running exchange for one request. Express puts it on the request as
 * `valiant`; SvelteKit finds it at `platform.req.valiant`. Calls stay in the process; the page never requests its own
 * server over HTTP.
 */
export interface PageSource {
  /** Counts this page. @returns 0, or the milliseconds until its address may request another */
  admit(): Promise<number>
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
  /** The starting cash of a guest's account, such as "100000.00". */
  startingCash(): string
  /** The visitor's chosen account; undefined without a visitor, or while the exchange is unavailable. */
  account(): Promise<AccountSnapshot | undefined>
  /** The visitor's preferences under these keys; undefined without a visitor, or while the database is unavailable. */
  preferences(keys: readonly string[]): Promise<Preferences | undefined>
  fills(limit: number): Promise<readonly Fill[]>
  /**
   * The result of the request of that name for the visitor's account; undefined without a visitor, or when it cannot be
   * read.
   */
  list<Name extends PageList>(name: Name, query: PageQuery<Name>): Promise<DataOf<Name> | undefined>
}
