import { describe, expect, test } from 'vitest'
import { SOUNDS, VOLUMES } from './sound-choice.ts'
import { GAINS, NOTES, secondsOf } from './tones.ts'

describe.each(SOUNDS)('the sound of what is %s', (sound) => {
  test('is over within half a second', () => expect(secondsOf(sound)).toBeLessThanOrEqual(0.5))
  test('is like no other', () => {
    const others = SOUNDS.filter((other) => other !== sound).map((other) => NOTES[other])
    expect(others).not.toContainEqual(NOTES[sound])
  })
})

test('it goes up when it went well, and down when it did not', () => {
  const rises = SOUNDS.map((sound) => Math.sign((NOTES[sound].at(-1)?.hz ?? 0) - (NOTES[sound][0]?.hz ?? 0)))
  expect(rises).toEqual([1, -1, 1])
})

test('no volume is more than a quarter of what the machine was set to, and each is more than the one before', () => {
  const gains = VOLUMES.map((volume) => GAINS[volume])
  expect(gains).toEqual([...gains].sort((a, b) => a - b))
  expect(Math.max(...gains)).toBeLessThanOrEqual(0.25)
})
