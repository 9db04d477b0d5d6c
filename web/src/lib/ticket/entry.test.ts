import { describe, expect, test } from 'vitest'
import { stepOf } from '@valiant/shared/units/decimal'
import { atRest, plainDecimal, stepped, stepsOf, stepsOfKey } from './entry.ts'

describe('a typed number', () => {
  test.each([
    ['1,200', '1200'],
    ['1,234,567.5', '1234567.5'],
    ['1200', '1200'],
    ['184.30', '184.3'],
    ['1.5k', '1500'],
    ['2K', '2000'],
    ['0.25m', '250000'],
    ['184,3', '184.3'],
    ['0,500', '0.5'],
    ['.5', '0.5'],
    [' 1 200 ', '1200'],
    ['$1,000', '1000'],
    ['0', '0'],
  ])('%s is %s', (typed, plain) => {
    expect(plainDecimal(typed)).toBe(plain)
  })

  test.each(['', '.', 'abc', '1.2.3', '-5', '1e5', 'k'])('%s is none', (typed) => {
    expect(plainDecimal(typed)).toBeUndefined()
  })

  test('counts steps only on the grid', () => {
    const tick = stepOf('0.02')
    expect(stepsOf('184.30', tick)).toBe(9215)
    expect(stepsOf('184.31', tick)).toBeUndefined()
  })
})

test.each([
  ['200', '0.02', '200.00'],
  ['1234.5', '0.02', '1,234.50'],
  ['1.5k', '1', '1,500'],
  ['184.31', '0.02', '184.31'],
  ['99999999999999999999', '0.01', '99,999,999,999,999,999,999'],
  ['abc', '0.01', 'abc'],
  ['', '0.01', ''],
])('%o in steps of %s stands in its field as %o', (typed, step, shown) => {
  expect(atRest(typed, stepOf(step))).toBe(shown)
})

describe('a field moved by keys', () => {
  const tick = stepOf('0.02')

  test('goes by ticks, ten with Shift, a hundred by page', () => {
    expect(stepped('184.30', tick, stepsOfKey('ArrowUp', false), 0)).toBe('184.32')
    expect(stepped('184.30', tick, stepsOfKey('ArrowDown', true), 0)).toBe('184.10')
    expect(stepped('184.30', tick, stepsOfKey('PageUp', false), 0)).toBe('186.30')
  })

  test('starts at the market when empty, at the nearest tick when off the grid, and stops at zero', () => {
    expect(stepped('', tick, 1, 9216)).toBe('184.32')
    expect(stepped('184.31', tick, 1, 0)).toBe('184.32')
    expect(stepped('0.02', tick, -10, 0)).toBe('0.00')
  })
})
