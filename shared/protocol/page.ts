import type { AccountSnapshot } from './account.ts'
import type { Fill } from './order.ts'
import type { BookDepth, BookFrame, Candle, Instrument, TickerFrame, Trade } from './market-data.ts'
import type { CandlesQuery, TradesQuery } from './requests.ts'

/** A cookie that the page sets: the id of the one of several accounts that it shows. Without it, the oldest. */
export const ACCOUNT_COOKIE = 'valiant-account'

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
  /** Of the visitor's account, the chosen one of several; undefined without one, or while the exchange is away. */
  account(): Promise<AccountSnapshot | undefined>
  fills(limit: number): Promise<readonly Fill[]>
}
