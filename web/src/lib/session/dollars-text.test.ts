import { expect, test } from 'vitest'
import { dollarsText } from './dollars-text.ts'

test('whole dollars are shown without cents', () => {
  expect(dollarsText('100000.00')).toBe('$100,000')
  expect(dollarsText('2500.50')).toBe('$2,500.50')
})
