import { expect, test } from 'vitest'
import { conditionText, firedSentence, noteOf, opOf, stateText } from './alert-text.ts'

const alert = { alertId: 'A', symbol: 'NOVA', op: 'above', price: '1184.50', createdAt: 0 } as const
const AT_MS = Date.UTC(2026, 10, 26, 14, 32, 18)
const fired = { ...alert, firedAt: AT_MS, tradePrice: '1184.62' }

test('an alert waits above or below by the side of its price, and above at the last price', () => {
  expect([opOf(101, 100), opOf(100, 100), opOf(99, 100), opOf(5, 0)]).toEqual(['above', 'above', 'below', 'above'])
})

test('the texts of condition and state have the price', () => {
  expect(conditionText(alert)).toBe('1,184.50 or higher')
  expect(conditionText({ ...alert, op: 'below' })).toBe('1,184.50 or lower')
  expect(stateText(alert, AT_MS)).toBe('Waiting')
  expect(stateText(fired, AT_MS)).toBe('Traded at 1,184.62, 14:32:18')
})

test('a note is trimmed, and a blank one is left out', () => {
  expect([noteOf(' Sell half. '), noteOf('  '), noteOf('')]).toEqual([{ note: 'Sell half.' }, {}, {}])
})

test('the sentence of a fired alert has the trade, the condition and the note', () => {
  const sentence = 'NOVA traded at 1,184.62 at 14:32:18. Your alert was for 1,184.50 or higher.'
  expect(firedSentence({ ...fired, epoch: 1 }, 'NOVA')).toBe(sentence)
  expect(firedSentence({ ...fired, epoch: 1, note: 'Sell half.' }, 'NOVA')).toBe(`${sentence} Sell half.`)
})
