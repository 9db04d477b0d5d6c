import type { Client } from '@valiant/shared/client/client'
import type { Instrument, Quote, QuotesFrame, TickerFrame } from '@valiant/shared/protocol/market-data'
import type { NewsKind } from '@valiant/shared/protocol/news'
import { createContext } from 'svelte'
import { OnceAFrame } from '#lib/ui/once-a-frame.ts'
import { Listing } from './listing.svelte.ts'
import { openOrAll } from './most-traded.ts'

export interface MarketSeed {
  readonly instruments: readonly Instrument[]
  readonly tickers: readonly TickerFrame[]
  readonly closes: Readonly<Record<string, readonly string[]>>
  readonly market: 'open' | 'degraded' | 'halted'
}

/** What an operator's act makes of an instrument. */
const STATUS_AFTER: Partial<Record<NewsKind, Instrument['status']>> = {
  halt: 'halted',
  close: 'closed',
  resume: 'open',
}

/** All instruments with their quotes, tickers and sparklines. Frames are gathered and applied once per painted frame. */
export class Market {
  /** In the exchange's order. */
  readonly listings: readonly Listing[]
  readonly #bySymbol: Readonly<Record<string, Listing>>
  status = $state.raw<'open' | 'degraded' | 'halted'>('open')
  /** No orders are taken, and prices go on without those of users. */
  readonly isIndicative = $derived(this.status === 'degraded')
  /** The stock with the largest turnover among those that trade now: what a first visit opens. */
  readonly mostTraded = $derived.by(() =>
    openOrAll(this.listings.filter((listing) => listing.instrument.assetClass === 'equity')).reduce<
      Listing | undefined
    >((best, listing) => ((listing.turnover ?? 0) > (best?.turnover ?? -1) ? listing : best), undefined),
  )

  readonly #quotes = new OnceAFrame<Quote>((quotes) => {
    for (const quote of quotes) this.of(quote[0])?.applyQuote(quote)
  })
  readonly #tickers = new OnceAFrame<TickerFrame>((tickers) => {
    for (const ticker of tickers) this.of(ticker.symbol)?.applyTicker(ticker)
  })

  constructor(seed: MarketSeed) {
    this.listings = seed.instruments.map((instrument) => new Listing(instrument))
    this.#bySymbol = Object.fromEntries(this.listings.map((listing) => [listing.symbol, listing]))
    this.status = seed.market
    for (const ticker of seed.tickers) this.of(ticker.symbol)?.applyTicker(ticker)
    this.#applyCloses(seed.closes)
  }

  of(symbol: string): Listing | undefined {
    return this.#bySymbol[symbol]
  }

  /** Follows the exchange. @returns ends it */
  follow(client: Client): () => void {
    const stops = [
      client.subscribe({ channel: 'quotes' }, (frame) => this.#takeQuotes(frame)),
      client.subscribe({ channel: 'ticker' }, (frame) => {
        this.#tickers.add(frame)
      }),
      client.on('status', (frame) => {
        this.status = frame.market
      }),
      client.on('news', ({ symbol, kind }) => {
        const listing = symbol === undefined ? undefined : this.of(symbol)
        if (listing) listing.status = STATUS_AFTER[kind] ?? listing.status
      }),
    ]
    return () => {
      for (const stop of stops) stop()
      this.#quotes.stop()
      this.#tickers.stop()
    }
  }

  /** Follows one instrument's quotes while all others are paused, for the title of a hidden tab. @returns ends it */
  keepQuotes(client: Client, symbol: string): () => void {
    return client.subscribe({ channel: 'quotes', symbols: [symbol] }, (frame) => this.#takeQuotes(frame), {
      isKept: true,
    })
  }

  /** Reloads the sparklines; on failure the old ones stay. */
  async refreshCloses(client: Client): Promise<void> {
    try {
      this.#applyCloses(await client.ask('sparklines', {}))
    } catch {
      // Tried again a minute later.
    }
  }

  /** Reloads which instruments take orders: no stream reports what session hours or missed news have changed. */
  async refreshStatuses(client: Client): Promise<void> {
    try {
      for (const { symbol, status } of await client.ask('instruments', {})) {
        const listing = this.of(symbol)
        if (listing) listing.status = status
      }
    } catch {
      // The known statuses stay until the next try.
    }
  }

  #takeQuotes({ q }: QuotesFrame): void {
    for (const quote of q) this.#quotes.add(quote)
  }

  #applyCloses(closes: Readonly<Record<string, readonly string[]>>): void {
    for (const [symbol, values] of Object.entries(closes)) {
      const listing = this.of(symbol)
      if (listing) listing.closes = values.map(Number)
    }
  }
}

export const [useMarket, provideMarket] = createContext<Market>()
