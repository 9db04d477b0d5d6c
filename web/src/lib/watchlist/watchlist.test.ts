import { expect, test } from 'vitest'
import { watchlistOf } from './watchlist.ts'

const listings = ['VLNT', 'NOVA', 'LUMA', 'EUR-USD'].map((symbol) => ({ symbol }))
const symbols = (favourites: readonly string[]) => watchlistOf(listings, favourites).map(({ symbol }) => symbol)

test('what is starred stands first, as it was starred; the rest in the order of the exchange', () => {
  expect(symbols([])).toEqual(['VLNT', 'NOVA', 'LUMA', 'EUR-USD'])
  expect(symbols(['EUR-USD', 'NOVA'])).toEqual(['EUR-USD', 'NOVA', 'VLNT', 'LUMA'])
  expect(symbols(['GONE', 'LUMA'])).toEqual(['LUMA', 'VLNT', 'NOVA', 'EUR-USD'])
})
