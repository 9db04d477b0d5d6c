import { expect, test } from 'vitest'
import {
  DEFAULT,
  type SoundChoice,
  SOUNDS,
  SOUNDS_COOKIE,
  soundsCookies,
  soundsFrom,
  soundsOf,
} from './sound-choice.ts'

const CHOICES: readonly SoundChoice[] = [
  DEFAULT,
  { filled: true, refused: true, alert: true, volume: 'loud' },
  { ...DEFAULT, alert: true, volume: 'quiet' },
]

test.each(CHOICES)('%j is read from its cookie, and from what the server keeps, as it was chosen', (choice) => {
  const [[name, cookie] = ['', '']] = soundsCookies(choice)
  expect(name).toBe(SOUNDS_COOKIE)
  expect(soundsOf(cookie)).toEqual(choice)
  expect(soundsFrom(JSON.parse(JSON.stringify(choice)))).toEqual(choice)
})

test('who chose nothing hears nothing, and neither does who has what another program wrote', () => {
  expect(SOUNDS.filter((sound) => DEFAULT[sound])).toEqual([])
  for (const cookie of [undefined, '', 'odd', 'medium', 'filled alert']) expect(soundsOf(cookie)).toEqual(DEFAULT)
  expect(soundsFrom({ filled: 1, refused: 'yes', volume: 11 })).toEqual(DEFAULT)
  for (const value of [undefined, null, 7, 'loud', []]) expect(soundsFrom(value)).toBeUndefined()
})
