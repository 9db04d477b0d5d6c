import { expect, test } from 'vitest'
import { durationLabelOf, durationOf, durationsOf, mayRest } from './draft.ts'

test('an order that cannot rest has only its own time in force', () => {
  expect(durationsOf('market', ['gtc', 'ioc', 'fok', 'day', 'gtd'])).toEqual(['ioc', 'fok'])
  expect(durationsOf('stop', ['gtc', 'ioc', 'fok'])).toEqual(['gtc'])
})

test('a stop limit may be ioc once it is triggered', () => {
  expect(durationsOf('stop_limit', ['gtc', 'ioc', 'fok'])).toEqual(['gtc', 'ioc'])
  expect(durationLabelOf('stop_limit', 'ioc')).toBe('At its trigger only')
  expect(durationLabelOf('limit', 'ioc')).toBe('At once only')
})

test('a time in force that the type does not have falls back to its default', () => {
  expect(durationOf({ type: 'market', timeInForce: 'gtc' })).toBe('ioc')
  expect(durationOf({ type: 'stop', timeInForce: 'fok' })).toBe('gtc')
  expect(durationOf({ type: 'limit', timeInForce: 'day' })).toBe('day')
})

test('only a limit order that is not ioc or fok may rest', () => {
  expect(mayRest({ type: 'limit', timeInForce: 'gtd' })).toBe(true)
  expect(mayRest({ type: 'limit', timeInForce: 'ioc' })).toBe(false)
  expect(mayRest({ type: 'stop_limit', timeInForce: 'gtc' })).toBe(false)
})
