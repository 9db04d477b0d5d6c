import { expect, test } from 'vitest'
import {
  DEFAULT,
  TRADING_COOKIE,
  type TradingChoice,
  tradingCookies,
  tradingFrom,
  tradingOf,
} from './trading-choice.ts'

const CHOICES: readonly TradingChoice[] = [
  DEFAULT,
  { isOneClick: true, askAbove: 1_000_000, hasKeys: false },
  { isOneClick: false, askAbove: 1_000, hasKeys: false },
]

test.each(CHOICES)('%j is read from its cookie, and from what the server keeps, as it was chosen', (choice) => {
  const [[name, cookie] = ['', '']] = tradingCookies(choice)
  expect(name).toBe(TRADING_COOKIE)
  expect(tradingOf(cookie)).toEqual(choice)
  expect(tradingFrom(JSON.parse(JSON.stringify(choice)))).toEqual(choice)
})

test('what nobody chose, or another program wrote, is the careful way', () => {
  for (const cookie of [undefined, '', 'odd', '7', '1.one click']) expect(tradingOf(cookie)).toEqual(DEFAULT)
  expect(tradingFrom({ isOneClick: 1, askAbove: 7, hasKeys: 'no' })).toEqual(DEFAULT)
  for (const value of [undefined, null, 7, 'one-click', []]) expect(tradingFrom(value)).toBeUndefined()
})
