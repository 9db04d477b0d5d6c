import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  assigned,
  choiceOf,
  DEFAULT,
  type KeyMap,
  type KeyPress,
  SHORTCUTS,
  shortcutOf,
  shortcutsCookies,
  shortcutsFrom,
  shortcutsOf,
} from './key-map.ts'

const CHARACTERS = Array.from('bslmxcftg[]nzqö;Ñи /?')
const anyPress = fc.record<KeyPress>({
  key: fc.oneof(fc.constantFrom(...CHARACTERS, 'Tab', 'Escape', 'Dead'), fc.string({ unit: 'grapheme' })),
  code: fc.constantFrom('', 'KeyB', 'KeyN', 'BracketLeft', 'Semicolon'),
  shiftKey: fc.boolean(),
  ctrlKey: fc.boolean(),
  altKey: fc.boolean(),
  metaKey: fc.boolean(),
})
const anySteps = fc.array(fc.tuple(fc.constantFrom(...SHORTCUTS), anyPress), { maxLength: 30 })

/** The map after someone has changed keys, swapping where one is taken. */
const afterSteps = (steps: readonly (readonly [(typeof SHORTCUTS)[number], KeyPress])[]): KeyMap =>
  steps.reduce<KeyMap>((map, [shortcut, press]) => {
    const choice = choiceOf(press)
    return choice !== 'waiting' && 'key' in choice ? assigned(map, shortcut, choice.key) : map
  }, DEFAULT)

const expectSound = (map: KeyMap) => {
  expect(Object.keys(map).sort()).toEqual([...SHORTCUTS].sort())
  expect(new Set(Object.values(map)).size).toBe(SHORTCUTS.length)
}

test('however keys are changed, each command has one, no two have the same, and they are stored as they are', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const map = afterSteps(steps)
      expectSound(map)
      expect(shortcutsFrom(JSON.parse(JSON.stringify(map)))).toEqual(map)
      const [[, cookie] = ['', '']] = shortcutsCookies(map)
      expect(cookie).toMatch(/^[\w.-]*$/)
      expect(shortcutsOf(cookie)).toEqual(map)
    }),
  )
})

test('the key that was pressed last for a command is its key', () => {
  fc.assert(
    fc.property(anySteps, fc.constantFrom(...SHORTCUTS), anyPress, (steps, shortcut, press) => {
      const choice = choiceOf(press)
      fc.pre(choice !== 'waiting' && 'key' in choice)
      expect(shortcutOf(afterSteps([...steps, [shortcut, press]]), press)).toBe(shortcut)
    }),
  )
})

test('whatever is stored, each command has a key of its own, and what was read is read again', () => {
  const anyKey = fc.oneof(fc.constantFrom(...CHARACTERS, 'Tab'), fc.string(), fc.jsonValue())
  const anyStored = fc.dictionary(fc.oneof(fc.constantFrom(...SHORTCUTS), fc.string()), anyKey)
  fc.assert(
    fc.property(anyStored, fc.string(), (stored, cookie) => {
      const map = shortcutsFrom(stored)
      if (!map) throw new Error('expected a map of an object')
      expectSound(map)
      expect(shortcutsFrom(map)).toEqual(map)
      expectSound(shortcutsOf(cookie))
    }),
  )
})
