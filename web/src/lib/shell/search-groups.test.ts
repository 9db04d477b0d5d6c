import { expect, test } from 'vitest'
import { searchGroups } from './search-groups.ts'

const listing = (symbol: string, name: string, sector: string) => ({
  symbol,
  label: symbol.replace('-', '/'),
  instrument: { name, sector },
})
const all = [
  listing('MERI', 'Meridian Bank', 'Financials'),
  listing('NOVA', 'Novacore Semiconductor', 'Technology'),
  listing('NIMB', 'Nimbus', 'Technology'),
  listing('EUR-USD', 'Euro / US dollar', 'FX'),
]
const shown = (text: string, recent: string[] = [], favourites: string[] = []) =>
  searchGroups(all, { text, recent, favourites }).map(({ title, listings }) => [
    title,
    listings.map(({ symbol }) => symbol).join(' '),
  ])

test('before anything is typed: recent ones newest first, then favourites, then all others, each once', () => {
  expect(shown('', ['EUR-USD', 'MERI', 'GONE'], ['NIMB', 'MERI'])).toEqual([
    ['Recent', 'EUR-USD MERI'],
    ['Favourites', 'NIMB'],
    ['All', 'NOVA'],
  ])
})

test('who has neither is shown all, without a heading', () => {
  expect(shown(' ')).toEqual([['', 'MERI NOVA NIMB EUR-USD']])
})

test('what is typed is found in one list, of equals the recent and the starred first', () => {
  expect(shown('n')).toEqual([['', 'NOVA NIMB MERI']])
  expect(shown('n', ['NIMB'])).toEqual([['', 'NIMB NOVA MERI']])
  expect(shown('tech', [], ['NIMB'])).toEqual([['', 'NIMB NOVA']])
})

test('nothing is found: no group', () => {
  expect(shown('xyz', ['NOVA'])).toEqual([])
})
