import type { Market } from '#lib/market/market.svelte.ts'

/**
 * The instrument that "Trade" leads to: the first of those asked for that exists, else the most traded.
 * @param wanted the page's own, which a mistyped address may have made up, then those that were looked at lately
 */
export const tradeSymbol = (
  market: Pick<Market, 'of' | 'mostTraded' | 'listings'>,
  wanted: readonly string[],
): string =>
  [...wanted, market.mostTraded?.symbol ?? ''].find((symbol) => market.of(symbol)) ?? market.listings[0]?.symbol ?? ''
