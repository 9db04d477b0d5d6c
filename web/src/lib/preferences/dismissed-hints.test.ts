import { expect, test } from 'vitest'
import { seenIn } from './dismissed-hints.ts'

test('hints that were left are read out of the document’s cookies, and no others', () => {
  expect(seenIn('valiant_theme=light; valiant_seen=worth.keep')).toEqual(['keep', 'worth'])
  expect(seenIn('valiant_seen=worth.odd; other=keep')).toEqual(['worth'])
  expect(seenIn('not_valiant_seen=keep')).toEqual([])
  expect(seenIn('')).toEqual([])
})
