import { expect, test } from 'vitest'
import { movedText } from './moved-text.ts'

test('what was paid in or taken out explains a curve that the profit does not', () => {
  expect(movedText(500_000n)).toBe('besides $5,000.00 paid in')
  expect(movedText(-1n)).toBe('besides $0.01 taken out')
  expect([movedText(0n), movedText(undefined)]).toEqual(['', ''])
})
