import { expect, test } from 'vitest'
import { CANCEL_AFTER_MS_MAX, CANCEL_ON_DISCONNECT_MS_MIN } from '@valiant/shared/protocol/limits'
import {
  DEFAULT,
  GRACES_MS,
  TRADING_COOKIE,
  type TradingChoice,
  tradingCookies,
  tradingFrom,
  tradingOf,
} from './trading-choice.ts'

const CHOICES: readonly TradingChoice[] = [
  DEFAULT,
  { isOneClick: true, askAbove: 1_000_000, cancelOnDisconnectMs: 30_000, hasKeys: false },
  { isOneClick: false, askAbove: 1_000, cancelOnDisconnectMs: 900_000, hasKeys: false },
]

test.each(CHOICES)('%j is read from its cookie, and from what the server keeps, as it was chosen', (choice) => {
  const [[name, cookie] = ['', '']] = tradingCookies(choice)
  expect(name).toBe(TRADING_COOKIE)
  expect(tradingOf(cookie)).toEqual(choice)
  expect(tradingFrom(JSON.parse(JSON.stringify(choice)))).toEqual(choice)
})

test('what nobody chose, or another program wrote, is the careful way', () => {
  for (const cookie of [undefined, '', 'odd', '7', '1.one click', 'gone-7', 'gone'])
    expect(tradingOf(cookie)).toEqual(DEFAULT)
  expect(tradingFrom({ isOneClick: 1, askAbove: 7, cancelOnDisconnectMs: '30000', hasKeys: 'no' })).toEqual(DEFAULT)
  for (const value of [undefined, null, 7, 'one-click', []]) expect(tradingFrom(value)).toBeUndefined()
})

test('a connection that is lost may be so for as long as the exchange takes, and longer than a restart of it', () => {
  const DRAIN_SPREAD_MS_MAX = 20_000
  for (const ms of GRACES_MS) {
    expect(ms).toBeGreaterThan(Math.max(CANCEL_ON_DISCONNECT_MS_MIN, DRAIN_SPREAD_MS_MAX))
    expect(ms).toBeLessThanOrEqual(CANCEL_AFTER_MS_MAX)
  }
})
