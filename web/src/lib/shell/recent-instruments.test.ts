import { expect, test } from 'vitest'
import { recentFrom, withRecent } from './recent-instruments.ts'

test('what is looked at again is newest, and there once', () => {
  expect(withRecent(['NOVA', 'LUMA', 'EUR-USD'], 'LUMA')).toEqual(['LUMA', 'NOVA', 'EUR-USD'])
})

test('a seventh instrument displaces the oldest', () => {
  expect(withRecent(['A', 'B', 'C', 'D', 'E', 'F'], 'G')).toEqual(['G', 'A', 'B', 'C', 'D', 'E'])
})

test('what was kept is read again, and what is none of ours is not', () => {
  expect(recentFrom(['EUR-USD', 'NOVA'])).toEqual(['EUR-USD', 'NOVA'])
  expect(recentFrom(['NOVA', '<b>', 'NOVA', '', 7, 'nova'])).toEqual(['NOVA'])
  expect(recentFrom('NOVA')).toEqual([])
  expect(recentFrom(undefined)).toEqual([])
})
