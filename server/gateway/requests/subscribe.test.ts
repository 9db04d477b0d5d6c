import { Subscription } from '@valiant/shared/protocol/market-data'
import { expect, test } from 'vitest'
import { Feed } from '../../feed/feed.ts'
import { listed } from '../../feed/frames.fixture.ts'
import { RequestFailure } from '../answering/wire-error.ts'
import { checkedSubscription, ofSocket } from './subscribe.ts'

const feed = new Feed({ instruments: [listed('NOVA'), listed('VLNT')] })
const check = (payload: object) => checkedSubscription(feed, Subscription.parse(payload))

test.each([
  [{ channel: 'book', symbols: ['NOPE'] }, 'symbols.0', 'unknown'],
  [{ channel: 'quotes', symbols: ['NOVA', 'NOPE'] }, 'symbols.1', 'unknown'],
  [{ channel: 'book' }, 'symbols', 'required'],
  [{ channel: 'trades' }, 'symbols', 'required'],
  [{ channel: 'candles', interval: '1m' }, 'symbols', 'required'],
  [{ channel: 'book', symbols: ['*'] }, 'symbols.0', 'format'],
  [{ channel: 'trades', symbols: ['NOVA', '*'] }, 'symbols.1', 'format'],
  [{ channel: 'quotes', symbols: ['NOVA', '*'] }, 'symbols.1', 'format'],
  [{ channel: 'candles', symbols: ['NOVA'] }, 'interval', 'required'],
  [{ channel: 'trades', symbols: ['NOVA'], interval: '1m' }, 'interval', 'unknown'],
  [{ channel: 'ticker', symbols: ['NOVA'], depth: 10 }, 'depth', 'unknown'],
])('%j is INVALID: %s, %s', (payload, field, rule) => {
  let failure: unknown
  try {
    check(payload)
  } catch (error) {
    failure = error
  }
  expect(failure).toBeInstanceOf(RequestFailure)
  expect(failure).toMatchObject({ error: { code: 'INVALID', outcome: 'not_executed', field, details: { rule } } })
})

test('quotes and ticker default to all symbols; a repeated symbol counts once, in the order given', () => {
  expect(check({ channel: 'quotes' }).symbols).toEqual(['NOVA', 'VLNT'])
  expect(check({ channel: 'ticker', symbols: ['*'] }).symbols).toEqual(['NOVA', 'VLNT'])
  expect(check({ channel: 'book', symbols: ['VLNT', 'NOVA', 'VLNT'] }).symbols).toEqual(['VLNT', 'NOVA'])
})

test('what a channel does not take is named with what was sent', () => {
  expect(() => check({ channel: 'ticker', symbols: ['NOVA'], depth: 10 })).toThrow(
    'depth: expected nothing for the channel ticker, found 10.',
  )
})

test('a subscription needs a socket', () => {
  expect(() => ofSocket(undefined)).toThrow(RequestFailure)
  expect(ofSocket('abc')).toBe('abc')
})
