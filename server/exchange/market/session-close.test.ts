import { expect, test } from 'vitest'
import { nextSessionClose } from './session-close.ts'

const shares = { open: '13:30', close: '20:00' }
const coins = { open: '00:00', close: '00:00' }
const at = (text: string) => Date.parse(`2026-11-${text}Z`)

test('a day order of shares ends at the next 20:00; one placed in the evening, the day after', () => {
  expect(nextSessionClose(shares, at('26T09:00:00'))).toBe(at('26T20:00:00'))
  expect(nextSessionClose(shares, at('26T19:59:59.999'))).toBe(at('26T20:00:00'))
  expect(nextSessionClose(shares, at('26T20:00:00'))).toBe(at('27T20:00:00'))
})

test('a session may end at any minute', () => {
  const session = { open: '08:00', close: '16:35' }
  expect(nextSessionClose(session, at('26T16:34:59.999'))).toBe(at('26T16:35:00'))
  expect(nextSessionClose(session, at('26T16:35:00'))).toBe(at('27T16:35:00'))
})

test('an instrument that trades around the clock closes its day at midnight', () => {
  expect(nextSessionClose(coins, at('26T09:00:00'))).toBe(at('27T00:00:00'))
  expect(nextSessionClose(coins, at('27T00:00:00'))).toBe(at('28T00:00:00'))
})
