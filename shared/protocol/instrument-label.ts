import type { Instrument } from './market-data.ts'

/** An instrument's symbol for people: EUR-USD is EUR/USD, a coin is its base alone. */
export const labelOf = ({ assetClass, symbol, base }: Pick<Instrument, 'assetClass' | 'symbol' | 'base'>): string =>
  assetClass === 'coin' ? base : symbol.replace('-', '/')
