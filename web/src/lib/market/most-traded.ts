import type { Instrument, TickerFrame } from '@valiant/shared/protocol/market-data'

/** Symbol of the stock with the largest turnover in 24 hours; undefined before any stock has traded. */
export function mostTradedOf(instruments: readonly Instrument[], tickers: readonly TickerFrame[]): string | undefined {
  const shares = new Set(instruments.filter(({ assetClass }) => assetClass === 'equity').map(({ symbol }) => symbol))
  let most: { symbol: string; turnover: number } | undefined
  for (const { symbol, volume, vwap } of tickers) {
    const turnover = Number(volume) * Number(vwap)
    if (shares.has(symbol) && (most === undefined || turnover > most.turnover)) most = { symbol, turnover }
  }
  return most?.symbol
}
