interface Named {
  readonly symbol: string
}

/** What is to be known of the market. */
interface Instruments {
  of(symbol: string): Named | undefined
  readonly mostTraded: Named | undefined
  readonly listings: readonly Named[]
}

/**
 * The instrument that "Trade" leads to: the first of those wanted that exists, else the most traded.
 * @param wanted the page's own, which a mistyped address may have made up, then those looked at lately
 */
export const tradeSymbol = (market: Instruments, wanted: readonly string[]): string =>
  [...wanted, market.mostTraded?.symbol ?? ''].find((symbol) => market.of(symbol)) ?? market.listings[0]?.symbol ?? ''
