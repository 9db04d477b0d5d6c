import type { PageSource } from '@valiant/shared/protocol/page'
import type { Feed } from '../../feed/feed.ts'
import type { NewsArchive } from '../../journal/news.ts'
import type { BarHistory } from './bar-history.ts'
import { inTime } from '../answering/time-limit.ts'
import { isDefect } from '../answering/wire-error.ts'
import { candlePages, candles } from '../requests/candles.ts'
import { instruments } from '../requests/instruments.ts'
import { news } from '../requests/news.ts'
import type { MarketHandlers } from '../requests/request.ts'
import { keptSparklines, sparklines } from '../requests/sparklines.ts'
import { subscribe, type Subscriptions } from '../requests/subscribe.ts'
import { time } from '../requests/time.ts'
import { trades, tradesPage } from '../requests/trades.ts'
import { unsubscribe } from '../requests/unsubscribe.ts'

/** This instance's mirror of the market, as sockets, REST and pages read it. */
export interface Market extends Pick<
  PageSource,
  'instruments' | 'tickers' | 'sparklines' | 'book' | 'trades' | 'candles'
> {
  readonly handlers: MarketHandlers
  /** Of the newest frame seen. */
  epoch(): number
}

/** Used while the database is away: only bars in memory are known. */
const NOTHING_STORED: BarHistory = {
  bars: () => Promise.resolve([]),
  barBefore: () => Promise.resolve(undefined),
  barEnds: () => Promise.resolve([]),
}

export function marketOf(parts: {
  feed: Feed
  bars: BarHistory
  archive: NewsArchive
  subscriptions: Subscriptions
}): Market {
  const { feed, bars, archive, subscriptions } = parts
  const pages = candlePages({ feed, bars })
  const lines = keptSparklines(feed, Date.now)
  const remembered = candlePages({ feed, bars: NOTHING_STORED })
  return {
    handlers: {
      time: time({ nowMs: Date.now }),
      instruments: instruments({ feed }),
      subscribe: subscribe({ feed, subscriptions }),
      unsubscribe: unsubscribe({ feed, subscriptions }),
      candles: candles(pages),
      trades: trades({ feed }),
      sparklines: sparklines(lines),
      news: news({ feed, archive }),
    },
    epoch: () => feed.epoch,
    instruments: () => feed.instruments(),
    tickers: () => feed.tickers(),
    sparklines: lines,
    book: (symbol, depth) => feed.book(symbol, depth),
    trades: (query) => Promise.resolve(tradesPage(feed, query)),
    // A page shows at least the bars in memory; requests of the protocol fail if the rest cannot be read.
    candles: (query) =>
      inTime(pages(query), { receivedAtMs: Date.now(), changes: false }).catch((error: unknown) => {
        if (isDefect(error)) throw error
        return remembered(query)
      }),
  }
}
