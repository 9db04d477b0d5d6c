import { expect, test } from 'vitest'
import { tradeSymbol } from './trade-symbol.ts'

const listings = ['LUMA', 'NOVA', 'QILL'].map((symbol) => ({ symbol }))
const of = (symbol: string) => listings.find((listing) => listing.symbol === symbol)
const market = { listings, of, mostTraded: of('NOVA') }

test('"Trade" leads to the page’s instrument, and from one that does not exist to one that does', () => {
  expect(tradeSymbol(market, ['QILL', 'LUMA'])).toBe('QILL')
  expect(tradeSymbol(market, ['XYZZY', 'LUMA'])).toBe('LUMA')
  expect(tradeSymbol(market, ['XYZZY'])).toBe('NOVA')
  expect(tradeSymbol({ ...market, mostTraded: undefined }, [])).toBe('LUMA')
})
