import { expect, test } from 'vitest'
import { INTERVAL_MS, INTERVALS } from '@valiant/shared/protocol/market-data'
import { BAR_INTERVALS, intervalMs, intervalOfKey, MENU_INTERVALS } from './intervals.ts'

test('every interval of the protocol is in the bar or its menu, and has the protocol’s length', () => {
  expect(new Set([...BAR_INTERVALS, ...MENU_INTERVALS])).toEqual(new Set(INTERVALS))
  for (const interval of INTERVALS) expect(intervalMs(interval)).toBe(INTERVAL_MS[interval])
})

test('the keys 1 to 9 follow the bar', () => {
  expect([intervalOfKey('1'), intervalOfKey('4'), intervalOfKey('9'), intervalOfKey('0'), intervalOfKey('x')]).toEqual([
    '1s',
    '1m',
    '1d',
    undefined,
    undefined,
  ])
})
