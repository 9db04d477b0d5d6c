import { expect, test } from 'vitest'
import type { Instrument, TickerFrame } from '@valiant/shared/protocol/market-data'
import { mostTradedOf } from './most-traded.ts'

const instrument = (symbol: string, status: Instrument['status'], assetClass = 'equity') =>
  ({ symbol, status, assetClass }) as Instrument
const tickers = [
  { symbol: 'NOVA', volume: '300', vwap: '2' },
  { symbol: 'LUMA', volume: '100', vwap: '5' },
  { symbol: 'BTC-USD', volume: '1000', vwap: '9' },
] as TickerFrame[]
const coin = instrument('BTC-USD', 'open', 'coin')

test('the stock with the largest turnover is the most traded', () => {
  expect(mostTradedOf([instrument('NOVA', 'open'), instrument('LUMA', 'open'), coin], tickers)).toBe('NOVA')
})

test('one that is halted or closed is not, unless all are', () => {
  expect(mostTradedOf([instrument('NOVA', 'halted'), instrument('LUMA', 'open'), coin], tickers)).toBe('LUMA')
  expect(mostTradedOf([instrument('NOVA', 'open'), instrument('LUMA', 'closed'), coin], tickers)).toBe('NOVA')
  expect(mostTradedOf([instrument('NOVA', 'closed'), instrument('LUMA', 'halted'), coin], tickers)).toBe('NOVA')
})

test('before any has traded, it is the first that takes orders', () => {
  expect(mostTradedOf([coin, instrument('NOVA', 'closed'), instrument('LUMA', 'open')], [])).toBe('LUMA')
  expect(mostTradedOf([coin], tickers)).toBeUndefined()
})
