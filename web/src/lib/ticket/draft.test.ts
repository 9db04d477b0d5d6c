import { expect, test } from 'vitest'
import { durationLabelOf, durationOf, durationsOf, mayRest } from './draft.ts'

test('what cannot rest has no duration but its own', () => {
  expect(durationsOf('market', ['gtc', 'ioc', 'fok', 'day', 'gtd'])).toEqual(['ioc', 'fok'])
  expect(durationsOf('stop', ['gtc', 'ioc', 'fok'])).toEqual(['gtc'])
})

test('a stop limit may take at once what it can, when it is triggered', () => {
  expect(durationsOf('stop_limit', ['gtc', 'ioc', 'fok'])).toEqual(['gtc', 'ioc'])
  expect(durationLabelOf('stop_limit', 'ioc')).toBe('At its trigger only')
  expect(durationLabelOf('limit', 'ioc')).toBe('At once only')
})

test('a choice that the type does not have falls back to its usual one', () => {
  expect(durationOf({ type: 'market', timeInForce: 'gtc' })).toBe('ioc')
  expect(durationOf({ type: 'stop', timeInForce: 'fok' })).toBe('gtc')
  expect(durationOf({ type: 'limit', timeInForce: 'day' })).toBe('day')
})

test('only a limit order that stays may rest', () => {
  expect(mayRest({ type: 'limit', timeInForce: 'gtd' })).toBe(true)
  expect(mayRest({ type: 'limit', timeInForce: 'ioc' })).toBe(false)
  expect(mayRest({ type: 'stop_limit', timeInForce: 'gtc' })).toBe(false)
})
