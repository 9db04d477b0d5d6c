import { expect, it } from 'vitest'
import { matching } from './instrument-search.ts'

const listing = (symbol: string, name: string, sector: string, label = symbol) => ({
  symbol,
  label,
  instrument: { name, sector },
})
const all = [
  listing('MERI', 'Meridian Bank', 'Financials'),
  listing('NOVA', 'Novacore Semiconductor', 'Technology'),
  listing('EUR-USD', 'Euro / US dollar', 'FX', 'EUR/USD'),
  listing('NIM-USD', 'Nimbus', 'Crypto', 'NIM'),
]
const found = (text: string, favourites: string[] = []) => matching(all, text, favourites).map(({ symbol }) => symbol)

it('finds an instrument by its symbol, its name and its sector, in that order', () => {
  expect(found('n')).toEqual(['NOVA', 'NIM-USD', 'MERI', 'EUR-USD'].filter((symbol) => symbol !== 'EUR-USD'))
  expect(found('bank')).toEqual(['MERI'])
  expect(found('eur/')).toEqual(['EUR-USD'])
  expect(found('tech')).toEqual(['NOVA'])
  expect(found('xyz')).toEqual([])
})

it('shows all for an empty text, favourites first', () => {
  expect(found(' ', ['NIM-USD'])).toEqual(['NIM-USD', 'MERI', 'NOVA', 'EUR-USD'])
})
