import { expect, test } from 'vitest'
import { noRowsText } from './market-text.ts'

test('an empty table says what it has none of', () => {
  const list = { tab: 'favourites', text: '', sector: undefined } as const
  expect(noRowsText(list)).toMatch(/^No favourites yet\./)
  expect(noRowsText({ ...list, sector: 'Energy' })).toMatch(/^No favourites in Energy\./)
  expect(noRowsText({ ...list, tab: 'coin', sector: 'Technology' })).toBe('No coins in Technology.')
  expect(noRowsText({ ...list, sector: 'Energy', text: 'xyz' })).toBe('No instrument called ‘xyz’ here.')
})
