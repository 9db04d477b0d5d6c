import { expect, test } from 'vitest'
import { priceNote } from './price-note.ts'

test('the note on prices is empty while live, their age when disconnected, and "Indicative" without orders', () => {
  const live = { isStale: false, ageMs: 0 }
  const lost = { isStale: true, ageMs: 6_200 }
  expect(priceNote(live, { isIndicative: false })).toBeUndefined()
  expect(priceNote(live, { isIndicative: true })).toBe('Indicative')
  expect(priceNote(lost, { isIndicative: true })).toBe('6 s old')
})
