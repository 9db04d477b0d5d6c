import type { Trade } from '@valiant/shared/protocol/market-data'
import type { TradesQuery } from '@valiant/shared/protocol/queries'
import type { Feed } from '../../feed/feed.ts'
import { knownSymbol } from './instruments.ts'
import type { Handler } from './request.ts'

/** Trades still in memory, oldest first: from an id on, or the newest. */
export function tradesPage(feed: Feed, query: TradesQuery): Trade[] {
  return [...(feed.trades({ ...query, symbol: knownSymbol(feed, query.symbol) }) ?? [])]
}

export const trades =
  ({ feed }: { feed: Feed }): Handler<'trades'> =>
  (query) =>
    tradesPage(feed, query)
