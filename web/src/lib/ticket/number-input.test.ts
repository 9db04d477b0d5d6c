import { stepOf } from '@valiant/shared/units/decimal'
import { afterEach, describe, expect, test } from 'vitest'
import { readNotationFrom } from '#lib/notation/current.ts'
import { DEFAULT, type NumberFormat } from '#lib/notation/notation.ts'
import {
  atRest,
  whyUnread,
  forTyping,
  kept,
  plainDecimal,
  readAs,
  stepped,
  stepsOf,
  stepsOfKey,
} from './number-input.ts'

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

  test.each(['', '.', 'abc', '1.2.3', '-5', '1e5', 'k'])('%s is not a number', (typed) => {
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

  test('moves by a tick, by ten with Shift, by a hundred with PageUp and PageDown', () => {
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

describe('a field of another notation', () => {
  const write = (numbers: NumberFormat) => readNotationFrom(() => ({ ...DEFAULT, numbers }))
  const none = expect.stringMatching(/^\?/) as string
  afterEach(() => readNotationFrom(() => DEFAULT))

  test.each<[typed: string, point: string, comma: string, space: string]>([
    ['184,30', '184.3', '184.3', '184.3'],
    ['184.30', '184.3', '184.3', '184.3'],
    ['1.200', '1.2', '1200', none],
    ['1,200', '1200', '1.2', '1.2'],
    ['1.200,50', none, '1200.5', '1200.5'],
    ['1,200.50', '1200.5', none, none],
    ['1.234.567', none, '1234567', '1234567'],
    ['1,234,567', '1234567', none, none],
    ['1 234,5', '1234.5', '1234.5', '1234.5'],
    ['1\u202f200', '1200', '1200', '1200'],
    ['0.500', '0.5', '0.5', '0.5'],
    ['0,500', '0.5', '0.5', '0.5'],
    ['1.5k', '1500', '1500', '1500'],
    ['1.200k', '1200', '1200000', none],
    ['1.08412', '1.08412', '1.08412', '1.08412'],
    ['', '', '', ''],
    ['abc', none, none, none],
  ])('%s is kept as %s, %s, %s', (typed, point, comma, space) => {
    const read = (['point', 'comma', 'space'] as const).map((numbers) => {
      write(numbers)
      return kept(typed)
    })
    expect(read).toEqual([point, comma, space])
  })

  test('the stored value means the same in each notation, and is formatted in the current one', () => {
    write('comma')
    const value = kept('1.200')
    expect([atRest(value, stepOf('0.01')), forTyping('1234.50')]).toEqual(['1.200,00', '1234,50'])
    write('point')
    expect([value, atRest(value, stepOf('0.01'))]).toEqual(['1200', '1,200.00'])
    write('space')
    expect(atRest(value, stepOf('0.01'))).toBe('1\u202f200,00')
  })

  test('text that is no number stays as typed, and nothing takes it for one', () => {
    write('space')
    const value = kept('1.200')
    expect(whyUnread(value)).toBe('1.200 could be 1\u202f200 or 1,2')
    expect(whyUnread(kept('1,200.50'))).toBe('Numbers are written 1\u202f234,56')
    expect(['1200', '', kept('abc')].map(whyUnread)).toEqual([undefined, undefined, undefined])
    write('point')
    expect(['1.234,5', '1’234.50', '187.20 USD'].map((typed) => whyUnread(kept(typed)))).toEqual(
      Array.from({ length: 3 }, () => 'Numbers are written 1,234.56'),
    )
    expect(whyUnread(kept('abc'))).toBeUndefined()
    expect([plainDecimal(value), stepsOf(value, stepOf('1'))]).toEqual([undefined, undefined])
    expect([atRest(value, stepOf('1')), forTyping(value)]).toEqual(['1.200', '1.200'])
  })

  test('says how an ambiguous number was read', () => {
    const all = ['1.200', '1,200', '1,2', '1.2', '1.234', '184,30', '184.30', '1.200,50', '1200', 'abc', '']
    const said = (numbers: NumberFormat) => {
      write(numbers)
      return all.filter((typed) => readAs(typed) !== undefined).map((typed) => `${typed} = ${readAs(typed)}`)
    }
    expect(said('point')).toEqual(['1.200 = 1.2', '1,2 = 1.2', '184,30 = 184.3'])
    expect(said('comma')).toEqual(['1,200 = 1,2', '1.2 = 1,2', '184.30 = 184,3'])
    expect(said('space')).toEqual(['1,200 = 1,2', '1.2 = 1,2', '184.30 = 184,3'])
  })
})
