import { expect, test } from 'vitest'
import { marginWords, usedPart } from './margin.ts'

const margin = { mode: 'margin', equity: '100000.00', marginUsed: '31000.00' } as const

test('margin used is a fraction of the equity; a cash account has none', () => {
  expect(usedPart(margin)).toBe(0.31)
  expect(usedPart({ ...margin, mode: 'cash' })).toBeUndefined()
  expect(usedPart({ ...margin, marginUsed: '0.00', equity: '0.00' })).toBe(0)
  expect(usedPart({ ...margin, equity: '-5.00' })).toBeUndefined()
})

test('an account in trouble gets a text with the consequence and the remedy', () => {
  expect(marginWords({ ...margin, marginState: 'ok' })).toBeUndefined()
  expect(marginWords({ ...margin, marginState: 'warning' })?.text).toContain('close something or deposit')
  expect(marginWords({ ...margin, marginState: 'liquidating' })?.state).toBe('liquidating')
  expect(marginWords({ ...margin, mode: 'cash', marginState: 'warning' })).toBeUndefined()
})
