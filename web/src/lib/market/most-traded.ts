import type { Instrument, TickerFrame } from '@valiant/shared/protocol/market-data'

/** Those that take orders now, or all of them while none does: nobody's first visit should open a halted one. */
export function openOrAll<Listed extends Pick<Instrument, 'status'>>(all: readonly Listed[]): readonly Listed[] {
  const open = all.filter(({ status }) => status === 'open')
  return open.length > 0 ? open : all
}

/**
 * Symbol of the stock with the largest turnover in 24 hours, of those that take orders; the first of them before any has
 * traded, as while the market starts. Undefined without stocks.
 */
export function mostTradedOf(instruments: readonly Instrument[], tickers: readonly TickerFrame[]): string | undefined {
  const turnovers = new Map(tickers.map(({ symbol, volume, vwap }) => [symbol, Number(volume) * Number(vwap)]))
  const turnoverOf = ({ symbol }: Instrument) => turnovers.get(symbol) ?? 0
  const shares = openOrAll(instruments.filter(({ assetClass }) => assetClass === 'equity'))
  return shares.toSorted((one, other) => turnoverOf(other) - turnoverOf(one))[0]?.symbol
}
