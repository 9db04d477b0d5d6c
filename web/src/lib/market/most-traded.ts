import type { Instrument, TickerFrame } from '@valiant/shared/protocol/market-data'

/** Those that take orders now, or all of them while none does: nobody's first visit should open a halted one. */
export function openOrAll<Listed extends Pick<Instrument, 'status'>>(all: readonly Listed[]): readonly Listed[] {
  const open = all.filter(({ status }) => status === 'open')
  return open.length > 0 ? open : all
}

/**
 * Symbol of the stock with the largest turnover in 24 hours, of those that take orders; undefined before any stock has
 * traded.
 */
export function mostTradedOf(instruments: readonly Instrument[], tickers: readonly TickerFrame[]): string | undefined {
  const shares = openOrAll(instruments.filter(({ assetClass }) => assetClass === 'equity'))
  const symbols = new Set(shares.map(({ symbol }) => symbol))
  let most: { symbol: string; turnover: number } | undefined
  for (const { symbol, volume, vwap } of tickers) {
    const turnover = Number(volume) * Number(vwap)
    if (symbols.has(symbol) && (most === undefined || turnover > most.turnover)) most = { symbol, turnover }
  }
  return most?.symbol
}
