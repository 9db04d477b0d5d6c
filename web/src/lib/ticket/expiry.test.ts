import { afterEach, expect, test } from 'vitest'
import { readNotationFrom } from '#lib/notation/current.ts'
import { DEFAULT } from '#lib/notation/notation.ts'
import { endInUtc, endOnClock } from './expiry.ts'

afterEach(() => readNotationFrom(() => DEFAULT))

test('an expiry is chosen in UTC unless the visitor prefers their own zone', () => {
  expect(endOnClock('2026-11-27T14:30')).toEqual({ text: '2026-11-27T14:30', zone: 'UTC' })
  expect(endInUtc('2026-11-27T14:30')).toBe('2026-11-27T14:30')
})

test('an expiry in the own zone is stored in UTC, and names its zone beyond a change of clocks too', () => {
  readNotationFrom(() => ({ ...DEFAULT, isLocal: true, timeZone: 'America/New_York' }))
  expect(endOnClock('2026-10-31T02:30')).toEqual({ text: '2026-10-30T22:30', zone: 'UTC−4' })
  expect(endOnClock('2026-11-02T02:30')).toEqual({ text: '2026-11-01T21:30', zone: 'UTC−5' })
  expect(endInUtc('2026-11-01T21:30')).toBe('2026-11-02T02:30')
})

test('an incomplete expiry is empty', () => {
  expect(endInUtc('')).toBe('')
  expect(endOnClock('').text).toBe('')
})
