import { describe, expect, test } from 'vitest'
import {
  assigned,
  choiceOf,
  DEFAULT,
  holderOf,
  keyLabel,
  keyOf,
  type KeyPress,
  SHORTCUTS_COOKIE,
  shortcutOf,
  shortcutsCookies,
  shortcutsFrom,
  shortcutsOf,
} from './key-map.ts'

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  ...{ key, code: '', shiftKey: false, ctrlKey: false, altKey: false, metaKey: false },
  ...more,
})

describe('the key of a press', () => {
  test('is the character that the layout writes, wherever its key is', () => {
    expect(keyOf(press('b', { code: 'KeyN' }))).toBe('b')
    expect(keyOf(press('ö', { code: 'Semicolon' }))).toBe('ö')
    expect(keyOf(press('&', { code: 'Digit1' }))).toBe('&')
  })
  test('is the same with Caps Lock, and another with Shift', () => {
    expect(keyOf(press('B'))).toBe('b')
    expect(keyOf(press('B', { shiftKey: true }))).toBeUndefined()
    expect(keyOf(press('P', { shiftKey: true }))).toBeUndefined()
    expect(keyOf(press('!', { shiftKey: true }))).toBe('!')
  })
  test('is the Latin letter at its position on a keyboard for another script', () => {
    expect(keyOf(press('и', { code: 'KeyB' }))).toBe('b')
    expect(keyOf(press('И', { code: 'KeyB' }))).toBe('b')
    expect(keyOf(press('И', { code: 'KeyB', shiftKey: true }))).toBeUndefined()
    expect(keyOf(press('х', { code: 'BracketLeft' }))).toBe('[')
    expect(keyOf(press('ש', { code: 'KeyA' }))).toBe('a')
    expect(keyOf(press('ж', { code: 'Semicolon' }))).toBeUndefined()
  })
  test('is none where nothing is written', () => {
    for (const key of ['Dead', 'Process', 'Unidentified', 'Shift', 'F6', '']) expect(keyOf(press(key))).toBeUndefined()
  })
})

describe('a new key', () => {
  test('is a letter or a sign', () => {
    for (const key of ['n', 'ö', ';', '0', '§']) expect(choiceOf(press(key))).toEqual({ key })
  })
  test('is waited for while a modifier is down', () => {
    for (const key of ['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock'])
      expect(choiceOf(press(key))).toBe('waiting')
  })
  test.each([
    ['Tab', 'Tab moves the focus.'],
    ['Enter', 'Enter presses what has the focus.'],
    ['Escape', 'Esc goes back.'],
    [' ', 'Space presses what has the focus.'],
    ['ArrowUp', 'Arrows move the price.'],
    ['/', '/ opens the search.'],
    ['?', '? opens the list of keys.'],
    ['F6', 'F6 goes to the next panel.'],
    ['7', '7 picks an interval of the chart.'],
    ['e', 'E changes the row that has the focus.'],
    ['E', 'E changes the row that has the focus.'],
    ['F2', 'That key writes no character by itself.'],
    ['Dead', 'That key writes no character by itself.'],
    ['constructor', 'That key writes no character by itself.'],
  ])('is not %j, for a reason', (key, refused) => {
    expect(choiceOf(press(key))).toEqual({ refused })
  })
  test('is not one with a modifier', () => {
    const refused = 'Keys with Ctrl, Alt or ⌘ are the browser’s.'
    for (const modifier of ['ctrlKey', 'altKey', 'metaKey'])
      expect(choiceOf(press('n', { [modifier]: true }))).toEqual({ refused })
    expect(choiceOf(press('N', { shiftKey: true }))).toEqual({ refused: 'A letter is pressed without Shift.' })
  })
})

test('a key that is free takes the place of the former one, which has no command any more', () => {
  const map = assigned(DEFAULT, 'buy', 'n')
  expect(shortcutOf(map, press('n'))).toBe('buy')
  expect(shortcutOf(map, press('b'))).toBeUndefined()
  expect(map).toEqual({ ...DEFAULT, buy: 'n' })
})

test('a key that is another command’s is swapped with it', () => {
  expect(holderOf(DEFAULT, 'buy', 's')).toBe('sell')
  expect(holderOf(DEFAULT, 'buy', 'b')).toBeUndefined()
  expect(assigned(DEFAULT, 'buy', 's')).toEqual({ ...DEFAULT, buy: 's', sell: 'b' })
})

describe('stored keys', () => {
  test('are read one by one: what is no key is the default', () => {
    const odd = { buy: 'n', sell: 7, limit: 'Tab', market: '', close: 'X', theme: '/', pages: ['q'], more: 'z' }
    expect(shortcutsFrom(odd)).toEqual({ ...DEFAULT, buy: 'n' })
    for (const value of [undefined, null, 7, 'buy', []]) expect(shortcutsFrom(value)).toBeUndefined()
    expect(shortcutsFrom(JSON.parse('{"__proto__": {"buy": "n"}}'))).toEqual(DEFAULT)
  })
  test('never give a key two commands', () => {
    expect(shortcutsFrom({ buy: 's' })).toEqual(DEFAULT)
    expect(shortcutsFrom({ buy: 'n', sell: 'n' })).toEqual({ ...DEFAULT, buy: 'n' })
    expect(shortcutsFrom({ buy: 's', sell: 'n', limit: 'n' })).toEqual({ ...DEFAULT, buy: 's', sell: 'n' })
    expect(shortcutsFrom({ buy: 's', sell: 7 })).toEqual(DEFAULT)
  })
  test('are in a cookie that needs no quoting, with what differs from the default', () => {
    const map = { ...DEFAULT, buy: ';', sell: 'ö', theme: '"' }
    expect(shortcutsCookies(map)).toEqual([[SHORTCUTS_COOKIE, 'buy-3b.sell-f6.theme-22']])
    expect(shortcutsOf('buy-3b.sell-f6.theme-22')).toEqual(map)
    expect(shortcutsCookies(DEFAULT)).toEqual([[SHORTCUTS_COOKIE, '']])
    for (const cookie of [undefined, '', 'odd', 'buy', 'buy-', 'buy-zz', 'buy-3b3b3b', 'buy-20'])
      expect(shortcutsOf(cookie)).toEqual(DEFAULT)
  })
})

test('a label is what is printed on the key', () => {
  expect(['n', 'ö', ';', 'ß'].map(keyLabel)).toEqual(['N', 'Ö', ';', 'ß'])
})
